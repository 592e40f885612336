using System.Collections.Immutable;
using Firstlight.Metadata.Identity;

namespace Firstlight.Metadata.Instances;

/// <summary>Everything a guest may be told about one instance: the facts, gathered once, before any document is rendered.</summary>
/// <remarks>
/// The terms are Nova's (<c>instances</c> and the tables beside it). Nullable members are those that may be NULL there; what a null looks like
/// in a document is the document's business.
/// </remarks>
public sealed record Instance
{
    /// <summary>UUID as stored, normally lower case.</summary>
    public required InstanceId Id { get; init; }

    /// <summary>The owning project, compared by ordinal with <c>X-Tenant-ID</c>.</summary>
    public required ProjectId ProjectId { get; init; }

    /// <summary>Display name.</summary>
    public required string? Name { get; init; }

    /// <summary>Host name without the domain.</summary>
    public required string? Hostname { get; init; }

    /// <summary>Index within a multi-create request, normally 0.</summary>
    public int? LaunchIndex { get; init; } = 0;

    /// <summary>Zone stored on the instance.</summary>
    public string? AvailabilityZone { get; init; }

    /// <summary>Reservation, such as <c>r-0abc12de</c>.</summary>
    public string? ReservationId { get; init; }

    /// <summary>Flavor name; null when the row is missing.</summary>
    public string? FlavorName { get; init; }

    /// <summary>Image UUID; empty for an instance that boots from a volume.</summary>
    public string ImageRef { get; init; } = "";

    /// <summary>The numbers behind <c>i-</c>, <c>ami-</c>, <c>aki-</c> and <c>ari-</c>.</summary>
    public required Ec2Numbers Ec2 { get; init; }

    /// <summary>Name of the key pair the instance was created with; null or empty for none.</summary>
    public string? KeyName { get; init; }

    /// <summary>Public key text of the EC2 tree, as stored (usually ends in a newline).</summary>
    public string? KeyData { get; init; }

    /// <summary>Key pairs stored with the instance; the OpenStack tree shows the first.</summary>
    public ImmutableArray<KeyPair> KeyPairs { get; init; } = [];

    /// <summary>User data; null when none was given (not listed, 404). An empty one is listed and served empty.</summary>
    public UserData? UserData { get; init; }

    /// <summary>Metadata items in row order; of equal keys the first keeps its place and the last its value.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Metadata { get; init; } = [];

    /// <summary>Names of the security groups, a group of two ports twice.</summary>
    public ImmutableArray<string> SecurityGroups { get; init; } = [];

    /// <summary>Network interfaces in the order they were attached.</summary>
    public ImmutableArray<Vif> NetworkInfo { get; init; } = [];

    /// <summary>The first IPv4 address of its interfaces; null where there is none, and the guest is told the address it asks from.</summary>
    public string? FirstIPv4 => NetworkInfo.Where(vif => vif.Network is not null)
        .SelectMany(vif => vif.Network!.Subnets)
        .Where(subnet => subnet.Version == 4)
        .SelectMany(subnet => subnet.Addresses)
        .FirstOrDefault()?.Address;

    /// <summary>Tagged devices in stored order.</summary>
    public ImmutableArray<TaggedDevice> Devices { get; init; } = [];

    /// <summary>Guest CPU numbers pinned to host CPUs, ascending.</summary>
    public ImmutableArray<int> DedicatedCpus { get; init; } = [];

    /// <summary>Names of disks and the mappings behind <c>block-device-mapping</c>.</summary>
    public BlockDevices BlockDevices { get; init; } = new();

    /// <summary>The encrypted administrator password a guest posted; empty for none.</summary>
    public string Password { get; init; } = "";

    /// <summary>Keystone roles of whoever created the instance, separated by commas as stored (<c>boot_roles</c>); empty when none are. For dynamic vendor data.</summary>
    public string BootRoles { get; init; } = "";

    /// <summary>User data as the base64 text that is stored, null for none. For dynamic vendor data, which passes it on undecoded.</summary>
    public string? RawUserData { get; init; }

    /// <summary>What is stored but cannot be read: the members stay empty, and documents that tell them fail alone. Default none.</summary>
    public InstanceParts Faults { get; init; }

    /// <summary>Names the instance only: user data, keys and password never reach a log.</summary>
    public override string ToString() => $"instance {Id}";
}

/// <summary>Row numbers that EC2 ids are made of (<c>%08x</c>).</summary>
/// <param name="Instance">Behind <c>i-</c>.</param>
/// <param name="Image">Behind <c>ami-</c>; null for an instance that boots from a volume.</param>
/// <param name="Kernel">Behind <c>aki-</c>; null for none (then not listed).</param>
/// <param name="Ramdisk">Behind <c>ari-</c>; null for none (then not listed).</param>
public sealed record Ec2Numbers(long Instance, long? Image, long? Kernel = null, long? Ramdisk = null);
