namespace Firstlight.Cli.Output;

/// <summary>A file that is there whole or not at all, and readable by its owner alone.</summary>
internal static class PrivateFile
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes it beside its place and renames it; what was there before stays until then.</summary>
    /// <param name="path">Its place; a link leads to the place.</param>
    /// <param name="write">Writes the content.</param>
    /// <param name="cancellationToken">Ends it; nothing stays behind.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ProgramEndException">It cannot be written there.</exception>
    public static async Task<long> WriteAsync(string path, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        try
        {
            // The framework throws when asked for the target of what is not there yet, and takes a relative link beside a bare name to be under the root.
            var place = Path.GetFullPath(path);
            if (new FileInfo(place).LinkTarget is not null) place = File.ResolveLinkTarget(place, returnFinalTarget: true)!.FullName;
            if (!Directory.Exists(Path.GetDirectoryName(place))) throw new IOException("there is no such directory");
            if (Directory.Exists(place)) throw new IOException("that is a directory");
            if (IsDevice(place)) throw new IOException("that is a device; write a file and copy it there, or write to standard output (-)");

            var beside = $"{place}.{Guid.NewGuid():N}";
            try
            {
                long length;
                await using (var stream = new FileStream(beside, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Mode }))
                {
                    await write(stream, cancellationToken);
                    stream.Flush(flushToDisk: true);
                    length = stream.Length;
                }

                File.Move(beside, place, overwrite: true);
                return length;
            }
            finally
            {
                File.Delete(beside);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ProgramEndException(ExitCodes.Refused, $"{path} cannot be written: {e.Message}", e);
        }
    }

    // A rename would put a file where the device was.
    private static bool IsDevice(string place) =>
        (place.StartsWith("/dev/", StringComparison.Ordinal) && !place.StartsWith("/dev/shm/", StringComparison.Ordinal)) || place.StartsWith("/proc/", StringComparison.Ordinal);
}
