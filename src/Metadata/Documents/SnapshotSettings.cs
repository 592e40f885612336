using Firstlight.Metadata.Documents.OpenStack;

namespace Firstlight.Metadata.Documents;

/// <summary>How documents are rendered, the same for all instances.</summary>
public sealed record SnapshotSettings
{
    /// <summary>Appended to host names behind a dot; empty for none. Nova's <c>dhcp_domain</c>, default <c>novalocal</c>.</summary>
    public string DhcpDomain { get; init; } = "novalocal";

    /// <summary>Newest OpenStack version served, and what <c>latest</c> means. Default <see cref="OpenStackVersions.Newest"/>.</summary>
    public string NewestVersion { get; init; } = OpenStackVersions.Newest;

    /// <summary>Names of Nova's <c>vendordata_providers</c> in order: <c>StaticJSON</c>, <c>DynamicJSON</c>. Default <c>StaticJSON</c>.</summary>
    public IReadOnlyList<string> VendorDataProviders { get; init; } = [StaticJson];

    /// <summary>
    /// Whether facts that make Nova crash make the path a <see cref="SnapshotOutcome.Crash"/>; otherwise (default) the document is told as well as
    /// the facts allow.
    /// </summary>
    public bool StrictNova { get; init; }

    /// <summary>
    /// Whether the names of <see cref="Instances.Instance.SecurityGroups"/> are not known yet: the item is listed, and asking for it gives
    /// <see cref="SnapshotOutcome.SecurityGroups"/>. Default false.
    /// </summary>
    public bool SecurityGroupsComeLater { get; init; }

    /// <summary>
    /// Whether services are asked for vendor data: <c>vendor_data2.json</c> is then a <see cref="SnapshotOutcome.DynamicVendorData"/>. Default false.
    /// </summary>
    public bool HasDynamicVendorData { get; init; }

    /// <summary>Name of the provider of the operator's file.</summary>
    internal const string StaticJson = "StaticJSON";

    internal bool HasStaticVendorData => VendorDataProviders.Contains(StaticJson, StringComparer.Ordinal);
}
