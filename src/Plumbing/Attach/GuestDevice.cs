namespace Firstlight.Plumbing.Attach;

/// <summary>What a guest is plugged in with.</summary>
public enum GuestDeviceKind
{
    /// <summary>A persistent tap, for a virtual machine monitor.</summary>
    Tap,

    /// <summary>A veth, for a namespace.</summary>
    Veth,
}

/// <summary>A device wanted for a port, named after it (<see cref="Links.DeviceNames.HostEnd"/>).</summary>
public sealed record GuestDevice
{
    /// <summary>The port; its guard must stand or be off on purpose.</summary>
    public required WantedPort Port { get; init; }

    /// <summary>MTU of its network in bytes.</summary>
    public required int Mtu { get; init; }

    /// <summary>Tap (default) or veth.</summary>
    public GuestDeviceKind Kind { get; init; }

    /// <summary>User that may open a tap, name or number; null for root.</summary>
    public string? User { get; init; }

    /// <summary>Group that may open a tap, name or number; null for root's.</summary>
    public string? Group { get; init; }

    /// <summary>Namespace under <c>/run/netns</c> the far end of a veth goes to; null leaves it on the host.</summary>
    public string? NetworkNamespace { get; init; }

    /// <summary>Name of the far end of a veth; null for <c>eth0</c> in a namespace, and <c>vif…</c> on the host.</summary>
    public string? FarName { get; init; }
}

/// <summary>Why a guest cannot be plugged in, in one line with what helps.</summary>
public sealed class AttachException(string message, Exception? inner = null) : Exception(message, inner);
