using System.Text;
using Firstlight.Metadata.Instances;

namespace Firstlight.Metadata.Documents.Ec2;

/// <summary>An item of the EC2 tree. Rendered when first asked, then kept.</summary>
internal abstract class Ec2Node
{
    private SnapshotEntry? _entry;

    /// <summary>Index of the first version that has the item; only items directly below <c>meta-data</c> are newer than 0.</summary>
    public int Since { get; init; }

    // Two threads may render at once; both results are equal and either may stay.
    public SnapshotEntry Entry => _entry ??= Make();

    /// <summary>What a path leads to that goes on below this item.</summary>
    public abstract SnapshotEntry Below(ReadOnlySpan<char> path);

    /// <summary>Writes the item as a config drive has it.</summary>
    /// <exception cref="FormatException">What is stored cannot be told.</exception>
    public abstract void WriteJson(PythonJson json, int version);

    protected virtual SnapshotEntry Make() => SnapshotEntry.Document(ContentTypes.Text, Render());

    protected abstract byte[] Render();

    protected static void SplitFirst(ReadOnlySpan<char> path, out ReadOnlySpan<char> first, out ReadOnlySpan<char> rest)
    {
        var slash = path.IndexOf('/');
        first = slash < 0 ? path : path[..slash];
        rest = slash < 0 ? default : path[(slash + 1)..];
    }
}

/// <summary>A value.</summary>
/// <param name="value">Null prints as Python's <c>None</c>.</param>
internal class Ec2Leaf(string? value) : Ec2Node
{
    // Nova indexes the text with the segment, which raises; with more segments it gives up before.
    public override SnapshotEntry Below(ReadOnlySpan<char> path) => path.Contains('/') ? SnapshotEntry.NotFound : SnapshotEntry.Crash;

    public override void WriteJson(PythonJson json, int version) => json.String(value);

    protected override byte[] Render() => Encoding.UTF8.GetBytes(value ?? "None");
}

/// <summary>A number: one on a config drive, text elsewhere.</summary>
/// <param name="value">Null prints as Python's <c>None</c>.</param>
internal sealed class Ec2Number(long? value) : Ec2Leaf(value?.ToString())
{
    public override void WriteJson(PythonJson json, int version)
    {
        if (value is { } number) json.Integer(number);
        else json.Null();
    }
}

/// <summary>A value that is stored but cannot be read: listed, and failing when asked for.</summary>
internal sealed class Ec2Unreadable(InstanceParts faults) : Ec2Node
{
    public override SnapshotEntry Below(ReadOnlySpan<char> path) => SnapshotEntry.NotFound;

    public override void WriteJson(PythonJson json, int version) => throw new FormatException(SnapshotEntry.Unreadable(faults)?.Reason);

    protected override SnapshotEntry Make() => SnapshotEntry.Unreadable(faults) ?? SnapshotEntry.NotFound;

    protected override byte[] Render() => [];
}

/// <summary>Bytes served as they are.</summary>
internal sealed class Ec2Bytes(ReadOnlyMemory<byte> bytes) : Ec2Node
{
    public override SnapshotEntry Below(ReadOnlySpan<char> path) => path.Contains('/') ? SnapshotEntry.NotFound : SnapshotEntry.Crash;

    public override void WriteJson(PythonJson json, int version) => throw new NotSupportedException("bytes are a file of their own");

    protected override byte[] Render() => bytes.ToArray();
}

/// <summary>A list of names, one a line; listed in its parent without a slash.</summary>
internal sealed class Ec2List(IReadOnlyList<string> items) : Ec2Node
{
    // Nova indexes the list with a name it found in it, which raises.
    public override SnapshotEntry Below(ReadOnlySpan<char> path)
    {
        SplitFirst(path, out var first, out _);
        foreach (var item in items)
        {
            if (first.SequenceEqual(item)) return SnapshotEntry.Crash;
        }

        return SnapshotEntry.NotFound;
    }

    public override void WriteJson(PythonJson json, int version)
    {
        json.StartArray();
        foreach (var item in items) json.String(item);
        json.EndArray();
    }

    protected override byte[] Render() => Encoding.UTF8.GetBytes(string.Join('\n', items));
}

/// <summary>Security groups that are listed but must be asked for elsewhere. What is below a list is nothing, whatever the names.</summary>
internal sealed class Ec2LaterSecurityGroups : Ec2Node
{
    public override SnapshotEntry Below(ReadOnlySpan<char> path) => SnapshotEntry.NotFound;

    public override void WriteJson(PythonJson json, int version) => throw new FormatException("the names of the security groups are not known yet");

    protected override SnapshotEntry Make() => SnapshotEntry.SecurityGroups;

    protected override byte[] Render() => [];
}

/// <summary>A directory; listed by name in code point order.</summary>
/// <param name="children">Name → item, in the order of a config drive.</param>
internal sealed class Ec2Directory(OrderedDictionary<string, Ec2Node> children) : Ec2Node
{
    /// <summary>Name of the hidden leaf that holds a display name.</summary>
    public const string DisplayNameKey = "_name";

    /// <summary>What the parent's listing shows instead of the name and a slash.</summary>
    public string? DisplayName { get; init; }

    public override SnapshotEntry Below(ReadOnlySpan<char> path) => Below(path, int.MaxValue);

    public SnapshotEntry Below(ReadOnlySpan<char> path, int version)
    {
        SplitFirst(path, out var first, out var rest);
        if (!children.TryGetValue(first.ToString(), out var child) || child.Since > version) return SnapshotEntry.NotFound;
        return rest.IsEmpty ? child.Entry : child.Below(rest);
    }

    // The hidden leaf is there: Nova means to leave it out and looks for it in the wrong place.
    public override void WriteJson(PythonJson json, int version)
    {
        json.StartObject();
        foreach (var (name, child) in children)
        {
            if (child.Since > version) continue;
            json.Key(name);
            child.WriteJson(json, version);
        }

        json.EndObject();
    }

    public byte[] List(int version) => Encoding.UTF8.GetBytes(string.Join('\n', children
        .Where(child => child.Value.Since <= version && child.Key != DisplayNameKey)
        .OrderBy(child => child.Key, StringComparer.Ordinal)
        .Select(child => child.Value is Ec2Directory directory ? directory.DisplayName ?? child.Key + '/' : child.Key)));

    protected override byte[] Render() => List(int.MaxValue);
}
