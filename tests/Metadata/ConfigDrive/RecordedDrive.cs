using System.Text;
using System.Text.Json;

namespace Firstlight.Metadata.Tests.ConfigDrive;

/// <summary>What Nova put on the config drive of one instance; <c>Golden/README.md</c> has the format.</summary>
/// <param name="Fails">The exception that Nova ended with instead; null for none.</param>
/// <param name="Files">Path and content, without random seeds, in the order they were made.</param>
internal sealed record RecordedDrive(string? Fails, IReadOnlyList<(string Path, byte[] Content)> Files)
{
    public static string Folder => Path.Combine(AppContext.BaseDirectory, "ConfigDrive", "Golden");

    public static RecordedDrive Read(string configuration, string instance)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, configuration, instance + ".json")));
        if (json.RootElement.TryGetProperty("fails", out var fails)) return new RecordedDrive(fails.GetString(), []);

        var contents = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var files = new List<(string, byte[])>();
        foreach (var entry in json.RootElement.GetProperty("files").EnumerateArray())
        {
            var path = entry.GetProperty("path").GetString()!;
            contents[path] = entry.TryGetProperty("text", out var text) ? Encoding.UTF8.GetBytes(text.GetString()!)
                : entry.TryGetProperty("base64", out var bytes) ? bytes.GetBytesFromBase64()
                : contents[entry.GetProperty("as").GetString()!];
            files.Add((path, contents[path]));
        }

        return new RecordedDrive(null, files);
    }

    /// <summary>A document with its random seed cut out, as recordings have it.</summary>
    public static byte[] WithoutSeed(ReadOnlySpan<byte> content, out string? seed)
    {
        const int length = 684;
        var key = "\"random_seed\": \""u8;
        var start = content.IndexOf(key) + key.Length;
        seed = start < key.Length ? null : Encoding.ASCII.GetString(content.Slice(start, length));
        return seed is null ? content.ToArray() : [.. content[..start], .. content[(start + length)..]];
    }
}
