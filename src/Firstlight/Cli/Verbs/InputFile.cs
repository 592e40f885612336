namespace Firstlight.Cli.Verbs;

/// <summary>Files named on the command line.</summary>
internal static class InputFile
{
    /// <summary>Bytes of a file; <c>-</c> is standard input.</summary>
    /// <exception cref="ProgramEndException">It cannot be read.</exception>
    public static byte[] Bytes(string path)
    {
        try
        {
            if (path != "-") return File.ReadAllBytes(path);
            using var bytes = new MemoryStream();
            using var input = Console.OpenStandardInput();
            input.CopyTo(bytes);
            return bytes.ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ProgramEndException(ExitCodes.Refused, $"{path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The same as UTF-8 text.</summary>
    public static string Text(string path) => System.Text.Encoding.UTF8.GetString(Bytes(path)).TrimStart('\uFEFF');
}
