using System.Collections.Immutable;

namespace Firstlight.Metadata.Instances;

/// <summary>What kind of device a <see cref="TaggedDevice"/> is; a class the documents do not know is not among the facts.</summary>
public enum DeviceKind
{
    /// <summary>A network interface.</summary>
    Nic,

    /// <summary>A disk.</summary>
    Disk,

    /// <summary>A shared file system, told from 2025-04-04 on.</summary>
    Share,
}

/// <summary>A device with a role tag (<c>devices</c> of <c>meta_data.json</c>).</summary>
public sealed record TaggedDevice
{
    /// <summary>Kind of device.</summary>
    public required DeviceKind Kind { get; init; }

    /// <summary><c>pci</c>, <c>usb</c>, <c>scsi</c>, <c>ide</c>, <c>xen</c>, or null when no bus is stored (printed <c>none</c>).</summary>
    public string? Bus { get; init; }

    /// <summary>Address on the bus, null when unknown (printed <c>none</c>).</summary>
    public string? Address { get; init; }

    /// <summary>Role tags; null when the device has none stored, which is not the same as an empty list.</summary>
    public ImmutableArray<string>? Tags { get; init; }

    /// <summary>MAC of a nic.</summary>
    public string? Mac { get; init; }

    /// <summary>VLAN of a nic, told from 2017-02-22 on.</summary>
    public int? Vlan { get; init; }

    /// <summary>Whether a nic is a trusted virtual function, told from 2018-08-27 on.</summary>
    public bool VfTrusted { get; init; }

    /// <summary>Serial of a disk; present when <see cref="HasSerial"/>.</summary>
    public string? Serial { get; init; }

    /// <summary>Whether a serial is stored, even a null one.</summary>
    public bool HasSerial { get; init; }

    /// <summary>Path of a disk; present when <see cref="HasPath"/>.</summary>
    public string? Path { get; init; }

    /// <summary>Whether a path is stored, even a null one.</summary>
    public bool HasPath { get; init; }

    /// <summary>Share UUID.</summary>
    public string? ShareId { get; init; }

    /// <summary>Mount tag of a share.</summary>
    public string? Tag { get; init; }
}
