using Firstlight.Plumbing.Interop;

namespace Firstlight.Plumbing.Processes;

/// <summary>A file and what is to be in it.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Text">Its text.</param>
internal sealed record StateFile(string Path, string Text);

/// <summary>Files daemons read: replaced as a whole, readable by all, since dnsmasq rereads them without root.</summary>
internal static class StateFiles
{
    private const UnixFileMode FileMode0644 = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode DirectoryMode0755 =
        FileMode0644 | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Makes a directory of mode 0755 below an existing one.</summary>
    public static void MakeDirectory(string path)
    {
        if (Directory.Exists(path)) return;
        if (Path.GetDirectoryName(path) is { Length: > 1 } parent) MakeDirectory(parent);
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, DirectoryMode0755);
    }

    /// <summary>Text of a file; empty when there is none.</summary>
    public static string Read(string path) => SmallFile.TryRead(path) ?? "";

    /// <summary>Removes a file or a directory with all that is in it; nothing happens where there is none.</summary>
    public static void Remove(string path)
    {
        if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        else if (File.Exists(path)) File.Delete(path);
    }

    /// <summary>Whether there is a file, and its text is that.</summary>
    public static bool Holds(string path, string text) => SmallFile.Holds(path, text);

    /// <summary>Replaces a file where its text differs.</summary>
    /// <returns>Whether it did.</returns>
    public static bool Replace(string path, string text)
    {
        if (Holds(path, text)) return false;
        var beside = path + ".new";
        File.WriteAllText(beside, text);
        File.SetUnixFileMode(beside, FileMode0644);
        File.Move(beside, path, overwrite: true);
        return true;
    }
}
