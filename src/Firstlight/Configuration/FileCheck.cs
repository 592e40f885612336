namespace Firstlight.Configuration;

/// <summary>Files that options name must be there and readable before anything starts.</summary>
internal static class FileCheck
{
    /// <summary>Opens a file and closes it again; a file that cannot be read goes to the reader.</summary>
    /// <returns>Whether it can be read, or none is named.</returns>
    public static bool Readable(OptionReader reader, OptionDefinition option, string? path)
    {
        if (path is null) return true;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return true;
        }
        catch (FileNotFoundException)
        {
            reader.Fail(option, $"{path} does not exist");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            reader.Fail(option, $"{path} cannot be read: {e.Message}");
        }

        return false;
    }
}
