using System.Buffers;
using System.Collections.Frozen;
using System.Runtime.InteropServices;
using System.Text;
using Firstlight.Metadata.Documents.Ec2;
using Firstlight.Metadata.Documents.OpenStack;

namespace Firstlight.Metadata.Documents;

/// <summary>What a path means, the same for every instance.</summary>
internal enum PathKind : byte
{
    OpenStackVersions,
    FileList,
    MetaData,
    UserData,
    Password,
    VendorData,
    NetworkData,
    VendorData2,
    Ec2Versions,
    Ec2Item,
}

/// <summary>A path guests are known to ask.</summary>
/// <param name="Kind">What it means.</param>
/// <param name="Version">Index in the version table of its tree; <see cref="Latest"/> for <c>latest</c> of the OpenStack tree.</param>
/// <param name="Item">Index of the EC2 item.</param>
/// <param name="Text">The path itself, one object for all who ask it; empty where it was not looked up.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct KnownPath(PathKind Kind, sbyte Version, byte Item, string Text = "")
{
    public const sbyte Latest = -1;
}

/// <summary>Every path guests commonly ask, so that finding one is a single lookup over the characters of the request line.</summary>
internal static class KnownPaths
{
    /// <summary>EC2 items below a version; names that differ by instance (<c>ebs3</c>) are found by walking the tree.</summary>
    public static readonly string[] Ec2Items =
    [
        "", "user-data", "meta-data", "meta-data/ami-id", "meta-data/ami-launch-index", "meta-data/ami-manifest-path",
        "meta-data/block-device-mapping", "meta-data/block-device-mapping/ami", "meta-data/block-device-mapping/ephemeral0",
        "meta-data/block-device-mapping/root", "meta-data/block-device-mapping/swap", "meta-data/hostname", "meta-data/instance-action",
        "meta-data/instance-id", "meta-data/instance-type", "meta-data/kernel-id", "meta-data/local-hostname", "meta-data/local-ipv4",
        "meta-data/placement", "meta-data/placement/availability-zone", "meta-data/public-hostname", "meta-data/public-ipv4",
        "meta-data/public-keys", "meta-data/public-keys/0", "meta-data/public-keys/0/openssh-key", "meta-data/ramdisk-id",
        "meta-data/reservation-id", "meta-data/security-groups",
    ];

    private static readonly (string Name, PathKind Kind)[] Files =
    [
        ("", PathKind.FileList), ("/version", PathKind.FileList), ("/meta_data.json", PathKind.MetaData), ("/user_data", PathKind.UserData),
        ("/password", PathKind.Password), ("/vendor_data.json", PathKind.VendorData), ("/network_data.json", PathKind.NetworkData),
        ("/vendor_data2.json", PathKind.VendorData2),
    ];

    private static readonly FrozenDictionary<string, KnownPath>.AlternateLookup<ReadOnlySpan<char>> Lookup =
        Enumerate().ToFrozenDictionary(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly int Longest = Enumerate().Max(static known => known.Key.Length);

    /// <summary>Finds a path, with or without a trailing slash, as long as nothing in it needs decoding.</summary>
    public static bool TryGet(ReadOnlySpan<char> path, out KnownPath known) => Lookup.TryGetValue(path, out known);

    /// <summary>The same for the bytes of a request line.</summary>
    public static bool TryGet(ReadOnlySpan<byte> path, out KnownPath known)
    {
        known = default;
        if (path.Length > Longest) return false;
        Span<char> text = stackalloc char[Longest];
        return Ascii.ToUtf16(path, text, out var length) == OperationStatus.Done && TryGet(text[..length], out known);
    }

    private static IEnumerable<KeyValuePair<string, KnownPath>> Enumerate() =>
        OpenStack().Concat(Ec2()).SelectMany(IEnumerable<KeyValuePair<string, KnownPath>> (known) =>
            [Named(known.Key, known.Value), Named(known.Key + '/', known.Value)]);

    private static KeyValuePair<string, KnownPath> Named(string path, KnownPath known) => new(path, known with { Text = path });

    private static IEnumerable<KeyValuePair<string, KnownPath>> OpenStack()
    {
        yield return new("/openstack", new KnownPath(PathKind.OpenStackVersions, 0, 0));
        foreach (var (index, version) in OpenStackVersions.All.Append(OpenStackVersions.Latest).Index())
        {
            var number = version == OpenStackVersions.Latest ? KnownPath.Latest : (sbyte)index;
            foreach (var (name, kind) in Files) yield return new($"/openstack/{version}{name}", new KnownPath(kind, number, 0));
        }
    }

    private static IEnumerable<KeyValuePair<string, KnownPath>> Ec2()
    {
        yield return new("/ec2", new KnownPath(PathKind.Ec2Versions, 0, 0));
        foreach (var version in Ec2Versions.All.Append(Ec2Versions.Latest))
        {
            foreach (var (index, item) in Ec2Items.Index())
            {
                var known = new KnownPath(PathKind.Ec2Item, (sbyte)Ec2Versions.IndexOf(version), (byte)index);
                var path = item.Length == 0 ? $"/{version}" : $"/{version}/{item}";
                yield return new(path, known);
                yield return new("/ec2" + path, known);
            }
        }
    }
}
