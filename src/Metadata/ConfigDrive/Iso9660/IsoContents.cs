using System.Security.Cryptography;

namespace Firstlight.Metadata.ConfigDrive.Iso9660;

/// <summary>Contents of files, each once: a config drive has most of its documents under every version.</summary>
internal sealed class IsoContents
{
    private readonly Dictionary<string, IsoExtent> _byDigest = new(StringComparer.Ordinal);
    private readonly List<(IsoExtent Extent, ReadOnlyMemory<byte> Content)> _inOrder = [];

    /// <summary>In the order they are written.</summary>
    public IReadOnlyList<(IsoExtent Extent, ReadOnlyMemory<byte> Content)> All => _inOrder;

    /// <summary>The extent of a content, the same for an equal one. An empty one takes no block.</summary>
    public IsoExtent ExtentOf(ReadOnlyMemory<byte> content)
    {
        var digest = Convert.ToHexString(SHA256.HashData(content.Span));
        if (_byDigest.TryGetValue(digest, out var extent)) return extent;

        extent = new IsoExtent { Length = content.Length };
        _byDigest.Add(digest, extent);
        _inOrder.Add((extent, content));
        return extent;
    }
}
