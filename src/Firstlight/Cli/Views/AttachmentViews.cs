namespace Firstlight.Cli.Views;

/// <summary>An attached port as it is shown.</summary>
/// <param name="PortId">UUID.</param>
/// <param name="Device">Its device on this host.</param>
/// <param name="Kind"><c>tap</c>, <c>veth</c>, or <c>libvirt</c> where libvirt makes it.</param>
/// <param name="Bridge">Bridge it stands in.</param>
/// <param name="Mtu">MTU in bytes.</param>
/// <param name="MacAddress">MAC the guest must have.</param>
/// <param name="NetworkNamespace">Namespace of a veth's far end; null for none.</param>
/// <param name="Guard">Whether the guest is held to its own addresses, and why.</param>
internal sealed record AttachmentView(string PortId, string Device, string Kind, string Bridge, int Mtu, string MacAddress, string? NetworkNamespace, string Guard);

/// <summary>What this host does about a port.</summary>
/// <param name="Device">Name its device has or would have.</param>
/// <param name="Attached">Whether it stands in the bridge of the port's network.</param>
/// <param name="Guard">Whether a guest is held to its own addresses, and why.</param>
internal sealed record PortHereView(string Device, bool Attached, string Guard);

/// <summary>Addresses a port may send from besides its own, as they are shown.</summary>
internal sealed record AddressPairView(string IpAddress, string? MacAddress);
