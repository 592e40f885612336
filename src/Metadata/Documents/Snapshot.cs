using System.Diagnostics.CodeAnalysis;
using System.Text;
using Firstlight.Metadata.Documents.Ec2;
using Firstlight.Metadata.Documents.OpenStack;
using Firstlight.Metadata.Instances;

namespace Firstlight.Metadata.Documents;

/// <summary>Everything one instance is told: every path of every version, rendered when first asked and then kept.</summary>
/// <remarks>
/// Immutable as seen from outside and thread-safe: two threads may render the same document at once, with equal results. The facts are those of the
/// moment it was built.
/// </remarks>
public sealed class Snapshot
{
    private const string OpenStackRoot = "/openstack/";
    private const string ContentRoot = OpenStackRoot + "content/";
    private const string TemplatePath = ContentRoot + "0000";
    private const int FileKinds = (int)PathKind.VendorData2 + 1;

    // An Instance of a few interfaces and the empty slots; measured once, only the order of magnitude matters.
    private const int BaseSize = 6 * 1024;

    private static readonly SnapshotEntry Ec2VersionList = Text(Ec2Versions.List);
    private readonly SnapshotSettings _settings;
    private readonly StaticVendorData _vendorData;
    private readonly DateOnly _today;
    private readonly string? _clientAddress;
    private readonly int _newest;
    private readonly SnapshotEntry?[] _files;
    private readonly Lazy<string?> _networkTemplate;
    private Ec2Tree? _ec2;
    private SnapshotEntry?[]? _ec2Items;
    private long _size;

    /// <summary>Takes the facts; renders nothing yet.</summary>
    /// <param name="instance">The facts.</param>
    /// <param name="settings">How to render them.</param>
    /// <param name="vendorData">The operator's file as it is now.</param>
    /// <param name="clientAddress">Who asked first (<c>X-Forwarded-For</c>): <c>local-ipv4</c> of an instance without IPv4; null when unknown.</param>
    /// <param name="today">UTC date; later versions are not listed.</param>
    /// <exception cref="ArgumentException">Unknown newest version.</exception>
    public Snapshot(Instance instance, SnapshotSettings settings, StaticVendorData vendorData, string? clientAddress, DateOnly today)
    {
        ArgumentNullException.ThrowIfNull(instance);
        ArgumentNullException.ThrowIfNull(settings);
        Instance = instance;
        _settings = settings;
        _vendorData = vendorData;
        _clientAddress = clientAddress;
        _today = today;
        _newest = OpenStackVersions.IndexOf(settings.NewestVersion);
        _files = new SnapshotEntry?[FileKinds * (_newest + 1)];
        _networkTemplate = new Lazy<string?>(() => NetworkTemplate.Render(instance.NetworkInfo));
        _size = BaseSize + (instance.UserData?.Bytes.Length ?? 0) + (sizeof(char) * (instance.RawUserData?.Length ?? 0));
    }

    /// <summary>The facts.</summary>
    public Instance Instance { get; }

    /// <summary>Rough memory held, in bytes; grows as documents are rendered.</summary>
    public long Size => Interlocked.Read(ref _size);

    /// <summary>The list that is served at <c>/</c> to anyone, without an instance.</summary>
    public static SnapshotEntry Root => Ec2VersionList;

    /// <summary>Tells whether a raw request target is one that <see cref="TryGetHot"/> finds for every instance, if only nothing.</summary>
    /// <param name="rawTarget">As on the request line.</param>
    public static bool IsHot(ReadOnlySpan<char> rawTarget) => KnownPaths.TryGet(rawTarget, out _);

    /// <summary>Reads a target that <see cref="IsHot"/> from the bytes of a request line, without allocating.</summary>
    /// <param name="rawTarget">As on the request line.</param>
    /// <param name="target">The same text, always the same object.</param>
    public static bool TryReadHot(ReadOnlySpan<byte> rawTarget, [MaybeNullWhen(false)] out string target)
    {
        var isHot = KnownPaths.TryGet(rawTarget, out var known);
        target = isHot ? known.Text : null;
        return isHot;
    }

    /// <summary>Finds what a raw request target leads to if it is written as guests commonly do: one lookup, no allocation once rendered.</summary>
    /// <param name="rawTarget">As on the request line: no decoding takes place.</param>
    /// <param name="entry">What is there.</param>
    /// <returns>False when the target must be resolved first (<see cref="PathResolution"/>) and looked up by <see cref="Find"/>.</returns>
    public bool TryGetHot(ReadOnlySpan<char> rawTarget, out SnapshotEntry entry)
    {
        if (KnownPaths.TryGet(rawTarget, out var known))
        {
            entry = At(known);
            return true;
        }

        entry = SnapshotEntry.NotFound;
        return false;
    }

    /// <summary>Finds what a path leads to.</summary>
    /// <param name="path">Clean, as <see cref="PathResolution"/> gives it.</param>
    public SnapshotEntry Find(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (TryGetHot(path, out var entry)) return entry;
        if (path is "/") return Ec2VersionList;
        return path.StartsWith(OpenStackRoot, StringComparison.Ordinal) ? OtherOpenStack(path) : OtherEc2(path);
    }

    private SnapshotEntry At(KnownPath known)
    {
        switch (known.Kind)
        {
            case PathKind.OpenStackVersions: return _files[0] ??= Kept(Text(OpenStackVersions.List(_newest, _today)));
            case PathKind.Ec2Versions: return Ec2VersionList;
            case PathKind.Ec2Item: return Ec2Item(known);
            default:
                var version = known.Version == KnownPath.Latest ? _newest : known.Version;
                if (version > _newest) return SnapshotEntry.NotFound;

                ref var slot = ref _files[(version * FileKinds) + (int)known.Kind];
                return slot ??= Kept(File(known.Kind, version));
        }
    }

    private SnapshotEntry Kept(SnapshotEntry entry)
    {
        Interlocked.Add(ref _size, entry.Length);
        return entry;
    }

    private SnapshotEntry File(PathKind kind, int version)
    {
        // Most files do not differ by version: they are rendered under the newest and shared.
        if (kind is not (PathKind.FileList or PathKind.MetaData) && version != _newest)
        {
            if (version < FirstVersion(kind)) return SnapshotEntry.NotFound;
            return At(new KnownPath(kind, KnownPath.Latest, 0));
        }

        if (Unreadable(Needed(kind, version)) is { } failed) return failed;

        try
        {
            return kind switch
            {
                PathKind.FileList => FileList(version),
                PathKind.MetaData when CrashesWithoutHostname && Instance.Hostname is null => SnapshotEntry.Crash,
                PathKind.MetaData => MetaDataDocument.Render(Instance, Hostname(), _networkTemplate.Value is not null, version),
                PathKind.UserData => Instance.UserData is { } userData
                    ? SnapshotEntry.Document(ContentTypes.Text, userData.Bytes.ToArray())
                    : SnapshotEntry.NotFound,
                PathKind.Password when version >= FirstVersion(kind) => SnapshotEntry.Password(Encoding.UTF8.GetBytes(Instance.Password)),
                PathKind.VendorData when version >= FirstVersion(kind) => VendorData(),
                PathKind.NetworkData => SnapshotEntry.Document(ContentTypes.Text, NetworkDataDocument.Render(Instance.NetworkInfo)),
                PathKind.VendorData2 when version >= FirstVersion(kind) => VendorData2(),
                _ => SnapshotEntry.NotFound,
            };
        }
        catch (FormatException e)
        {
            return _settings.StrictNova ? SnapshotEntry.Crash : SnapshotEntry.Failed(e.Message);
        }
    }

    private InstanceParts Needed(PathKind kind, int version) => kind switch
    {
        PathKind.UserData => InstanceParts.UserData,
        PathKind.NetworkData => InstanceParts.NetworkInfo,
        PathKind.Password => InstanceParts.Password,
        PathKind.MetaData => InstanceParts.Metadata
            | (string.IsNullOrEmpty(Instance.KeyName) ? InstanceParts.None : InstanceParts.KeyPairs)
            | (version >= OpenStackVersions.Devices ? InstanceParts.Devices : InstanceParts.None)
            | (version >= OpenStackVersions.DedicatedCpus ? InstanceParts.Numa : InstanceParts.None),
        _ => InstanceParts.None,
    };

    private SnapshotEntry? Unreadable(InstanceParts needed) => SnapshotEntry.Unreadable(Instance.Faults & needed);

    // network_data.json is served under every version, though only listed since its own.
    private static int FirstVersion(PathKind kind) => kind switch
    {
        PathKind.Password => OpenStackVersions.Password,
        PathKind.VendorData => OpenStackVersions.VendorData,
        PathKind.VendorData2 => OpenStackVersions.VendorData2,
        _ => 0,
    };

    private SnapshotEntry FileList(int version)
    {
        var files = new List<string> { "meta_data.json" };
        if (HasUserData) files.Add("user_data");
        if (version >= OpenStackVersions.Password) files.Add("password");
        if (version >= OpenStackVersions.VendorData && IsVendorDataListed) files.Add("vendor_data.json");
        if (version >= OpenStackVersions.NetworkData) files.Add("network_data.json");
        if (version >= OpenStackVersions.VendorData2) files.Add("vendor_data2.json");
        return Text(string.Join('\n', files));
    }

    // Nova lists the file even when no provider serves it; a guest that trusts the list then loses the whole tree.
    internal bool IsVendorDataListed => _settings.StrictNova || _settings.HasStaticVendorData;

    private SnapshotEntry VendorData()
    {
        if (!_settings.HasStaticVendorData) return SnapshotEntry.NotFound;
        return _vendorData.Json is { } json ? SnapshotEntry.Document(ContentTypes.Json, json) : SnapshotEntry.Failed(_vendorData.Failure!);
    }

    private SnapshotEntry VendorData2()
    {
        if (_settings.HasStaticVendorData && _vendorData.Json is null) return SnapshotEntry.Failed(_vendorData.Failure!);

        var json = _settings.HasStaticVendorData ? _vendorData.Json! : [];
        if (_settings.HasDynamicVendorData) return SnapshotEntry.DynamicVendorData(json);
        return SnapshotEntry.Document(ContentTypes.Json, json.Length == 0 ? "{}"u8.ToArray() : [.. "{\"static\": "u8, .. json, .. "}"u8]);
    }

    private SnapshotEntry OtherOpenStack(string path)
    {
        if (path == TemplatePath)
        {
            return Unreadable(InstanceParts.NetworkInfo) ?? (_networkTemplate.Value is { } template ? Text(template) : SnapshotEntry.NotFound);
        }

        if (path.StartsWith(ContentRoot, StringComparison.Ordinal)) return SnapshotEntry.NotFound;

        const string content = "/content";
        var isContentOfVersion = path.EndsWith(content, StringComparison.Ordinal)
            && KnownPaths.TryGet(path.AsSpan(0, path.Length - content.Length), out var known)
            && known.Kind == PathKind.FileList
            && At(known).Outcome != SnapshotOutcome.NotFound
            && !path.EndsWith("/version" + content, StringComparison.Ordinal);
        return isContentOfVersion ? SnapshotEntry.Crash : SnapshotEntry.NotFound;
    }

    private SnapshotEntry Ec2Item(KnownPath known)
    {
        var items = _ec2Items ??= new SnapshotEntry?[Ec2Versions.All.Length * KnownPaths.Ec2Items.Length];
        ref var slot = ref items[(known.Version * KnownPaths.Ec2Items.Length) + known.Item];
        return slot ??= Kept(Ec2(known.Version, KnownPaths.Ec2Items[known.Item]));
    }

    private SnapshotEntry OtherEc2(string path)
    {
        var rest = path.AsSpan(1);
        if (rest.StartsWith("ec2/")) rest = rest[4..];

        var slash = rest.IndexOf('/');
        var version = Ec2Versions.IndexOf(slash < 0 ? rest : rest[..slash]);
        return version < 0 ? SnapshotEntry.NotFound : Ec2(version, slash < 0 ? default : rest[(slash + 1)..]);
    }

    private SnapshotEntry Ec2(int version, ReadOnlySpan<char> path)
    {
        if (CrashesWithoutHostname && Instance.Hostname is null) return SnapshotEntry.Crash;
        if (_settings.StrictNova && Instance.FlavorName is null && version >= Ec2Versions.InstanceType) return SnapshotEntry.Crash;

        _ec2 ??= new Ec2Tree(Instance, Hostname(), _clientAddress, _settings.SecurityGroupsComeLater);
        return _ec2.Find(version, path);
    }

    /// <summary>How many versions of the OpenStack tree are served, <c>latest</c> not counted.</summary>
    internal int Versions => _newest + 1;

    /// <summary>Whether there is user data, readable or not.</summary>
    internal bool HasUserData => Instance.UserData is not null || Instance.Faults.HasFlag(InstanceParts.UserData);

    /// <summary>The EC2 items of a version as a config drive has them: one JSON object.</summary>
    /// <param name="version">Index of the version.</param>
    internal SnapshotEntry Ec2Json(int version)
    {
        if (Ec2(version, default) is { Outcome: not SnapshotOutcome.Document } nothing) return nothing;
        try
        {
            return SnapshotEntry.Document(ContentTypes.Json, _ec2!.MetaDataJson(version));
        }
        catch (FormatException e)
        {
            return SnapshotEntry.Failed(e.Message);
        }
    }

    private bool CrashesWithoutHostname => _settings.StrictNova && _settings.DhcpDomain.Length > 0;

    private string? Hostname() =>
        Instance.Hostname is { } name && _settings.DhcpDomain.Length > 0 ? $"{name}.{_settings.DhcpDomain}" : Instance.Hostname;

    private static SnapshotEntry Text(string text) => SnapshotEntry.Document(ContentTypes.Text, Encoding.UTF8.GetBytes(text));
}
