using System.Text;

namespace Firstlight.Tests.Support;

/// <summary>Requests of real clients and those that once made a difference or could have: a file each, as text, whose line ends are CR LF on the wire.</summary>
internal static class Corpus
{
    public static IReadOnlyList<byte[]> Read() =>
        [.. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Fuzz", "Seeds"), "*.http").Order(StringComparer.Ordinal).Select(ReadOne)];

    // "\x00" stands for that byte, so that the files stay text.
    private static byte[] ReadOne(string file)
    {
        var text = File.ReadAllText(file).Replace("\n", "\r\n", StringComparison.Ordinal);
        var parts = text.Split("\\x");
        return Encoding.Latin1.GetBytes(parts[0] + string.Concat(parts.Skip(1).Select(static part => (char)Convert.ToByte(part[..2], 16) + part[2..])));
    }
}
