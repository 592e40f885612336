namespace Firstlight.Bench.Machine;

/// <summary>The directory a run keeps its files in, until its end.</summary>
internal static class RunDirectory
{
    public static string Make(Undo undo)
    {
        var directory = Directory.CreateTempSubdirectory("firstlight-bench-").FullName;
        // dnsmasq reads its files as a user of its own.
        File.SetUnixFileMode(directory, (UnixFileMode)0b111_101_101);
        undo.Add(directory, () =>
        {
            Directory.Delete(directory, recursive: true);
            return Task.CompletedTask;
        });
        return directory;
    }
}
