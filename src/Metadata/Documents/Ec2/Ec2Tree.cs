using Firstlight.Metadata.Instances;

namespace Firstlight.Metadata.Documents.Ec2;

/// <summary>The EC2 tree of one instance, the same for all versions; an item knows since which version it exists.</summary>
internal sealed class Ec2Tree
{
    private readonly Ec2Directory _root;
    private readonly Ec2Directory _metaData;
    private readonly SnapshotEntry?[] _metaDataLists = new SnapshotEntry?[Ec2Versions.All.Length];

    /// <summary>Builds the tree; documents are rendered later.</summary>
    /// <param name="instance">The facts.</param>
    /// <param name="hostname">Host name with its domain.</param>
    /// <param name="clientAddress">Told as <c>local-ipv4</c> when the instance has no IPv4 address; null when unknown.</param>
    /// <param name="securityGroupsComeLater">Whether the names of the security groups are not among the facts.</param>
    public Ec2Tree(Instance instance, string? hostname, string? clientAddress, bool securityGroupsComeLater)
    {
        _metaData = new Ec2Directory(MetaData(instance, hostname, clientAddress, securityGroupsComeLater));
        var root = new OrderedDictionary<string, Ec2Node>(StringComparer.Ordinal) { ["meta-data"] = _metaData };
        if (Unreadable(instance, InstanceParts.UserData, since: 0) is { } unreadable) root["user-data"] = unreadable;
        else if (instance.UserData is { } userData) root["user-data"] = new Ec2Bytes(userData.Bytes);
        _root = new Ec2Directory(root);
    }

    /// <summary>Finds a path below a version.</summary>
    /// <param name="version">Index of the version.</param>
    /// <param name="path">Without a leading slash; empty for the version itself.</param>
    public SnapshotEntry Find(int version, ReadOnlySpan<char> path)
    {
        const string metaData = "meta-data";
        if (path.IsEmpty) return _root.Entry;
        if (path is metaData) return _metaDataLists[version] ??= SnapshotEntry.Document(ContentTypes.Text, _metaData.List(version));
        return path.StartsWith(metaData + "/") ? _metaData.Below(path[(metaData.Length + 1)..], version) : _root.Below(path);
    }

    /// <summary>The tree below <c>meta-data</c> as one JSON object.</summary>
    /// <exception cref="FormatException">Something in it cannot be told.</exception>
    public byte[] MetaDataJson(int version)
    {
        var json = new PythonJson();
        _metaData.WriteJson(json, version);
        return json.ToArray();
    }

    // In the order Nova has them on a config drive; listings are sorted.
    private static OrderedDictionary<string, Ec2Node> MetaData(Instance instance, string? hostname, string? clientAddress, bool securityGroupsComeLater)
    {
        var addresses = instance.NetworkInfo.Where(vif => vif.Network is not null)
            .SelectMany(vif => vif.Network!.Subnets)
            .SelectMany(subnet => subnet.Addresses)
            .ToList();
        var items = new OrderedDictionary<string, Ec2Node>(StringComparer.Ordinal)
        {
            ["ami-id"] = new Ec2Leaf(Number("ami", instance.Ec2.Image)),
            ["ami-launch-index"] = new Ec2Number(instance.LaunchIndex),
            ["ami-manifest-path"] = new Ec2Leaf("FIXME"),
            ["instance-id"] = new Ec2Leaf(Number("i", instance.Ec2.Instance)),
            ["hostname"] = new Ec2Leaf(hostname),
            ["local-ipv4"] = Unreadable(instance, InstanceParts.NetworkInfo, since: 0)
                ?? new Ec2Leaf(instance.FirstIPv4 ?? clientAddress),
            ["reservation-id"] = new Ec2Leaf(instance.ReservationId),
            ["security-groups"] = securityGroupsComeLater ? new Ec2LaterSecurityGroups() : new Ec2List(instance.SecurityGroups),
        };
        if (!string.IsNullOrEmpty(instance.KeyName)) items["public-keys"] = PublicKeys(instance.KeyName, instance.KeyData);
        items["local-hostname"] = new Ec2Leaf(hostname) { Since = Ec2Versions.LocalHostname };
        items["public-hostname"] = new Ec2Leaf(hostname) { Since = Ec2Versions.LocalHostname };
        items["public-ipv4"] = Unreadable(instance, InstanceParts.NetworkInfo, Ec2Versions.LocalHostname)
            ?? new Ec2Leaf(addresses.SelectMany(address => address.FloatingAddresses).FirstOrDefault() ?? "")
            {
                Since = Ec2Versions.LocalHostname,
            };
        items["instance-type"] = Unreadable(instance, InstanceParts.Flavor, Ec2Versions.InstanceType)
            ?? new Ec2Leaf(instance.FlavorName) { Since = Ec2Versions.InstanceType };
        items["block-device-mapping"] = new Ec2Directory(BlockDeviceMappingItems.Of(instance.BlockDevices)) { Since = Ec2Versions.BlockDeviceMapping };
        if (instance.Ec2.Kernel is { } kernel) items["kernel-id"] = new Ec2Leaf(Number("aki", kernel)) { Since = Ec2Versions.BlockDeviceMapping };
        if (instance.Ec2.Ramdisk is { } ramdisk) items["ramdisk-id"] = new Ec2Leaf(Number("ari", ramdisk)) { Since = Ec2Versions.BlockDeviceMapping };
        items["placement"] = Directory("availability-zone", new Ec2Leaf(instance.AvailabilityZone), Ec2Versions.Placement);
        items["instance-action"] = new Ec2Leaf("none") { Since = Ec2Versions.InstanceAction };
        return items;
    }

    private static Ec2Node? Unreadable(Instance instance, InstanceParts part, int since) =>
        instance.Faults.HasFlag(part) ? new Ec2Unreadable(part) { Since = since } : null;

    private static Ec2Directory PublicKeys(string name, string? data)
    {
        var displayName = $"0={name}";
        var key = new Ec2Directory(new OrderedDictionary<string, Ec2Node>(StringComparer.Ordinal)
        {
            [Ec2Directory.DisplayNameKey] = new Ec2Leaf(displayName),
            ["openssh-key"] = new Ec2Leaf(data),
        })
        {
            DisplayName = displayName,
        };
        return Directory("0", key, since: 0);
    }

    private static Ec2Directory Directory(string name, Ec2Node child, int since) =>
        new(new OrderedDictionary<string, Ec2Node>(StringComparer.Ordinal) { [name] = child }) { Since = since };

    private static string? Number(string prefix, long? number) => number is { } n ? $"{prefix}-{n:x8}" : null;
}
