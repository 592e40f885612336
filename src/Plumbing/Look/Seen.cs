using System.Net;
using System.Net.NetworkInformation;

namespace Firstlight.Plumbing.Look;

/// <summary>A named network namespace as it was found.</summary>
/// <param name="HasName">Whether its file is there.</param>
/// <param name="Identity">Kernel identity, <c>net:[…]</c>; null for a file without a namespace behind it.</param>
public sealed record NamespaceSeen(bool HasName, string? Identity);

/// <summary>A network device as it was found.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Mac">Its own MAC; null for none.</param>
/// <param name="Up">Whether it is switched on.</param>
/// <param name="HasCarrier">Whether something is at its other end: false for a veth whose peer is down, or a tap nobody has open.</param>
/// <param name="Master">Bridge it is in; null for none.</param>
/// <param name="Kind">Such as <c>bridge</c>, <c>veth</c>, <c>tun</c>; null for hardware.</param>
/// <param name="Addresses">Its addresses.</param>
public sealed record DeviceSeen(string Name, PhysicalAddress? Mac, bool Up, bool HasCarrier, string? Master, string? Kind, IReadOnlyList<AddressSeen> Addresses);

/// <summary>An address on a device as it was found.</summary>
/// <param name="Address">The address, without scope id.</param>
/// <param name="Tentative">Duplicate detection is not over: it cannot be used yet.</param>
/// <param name="Duplicate">Duplicate detection found another owner: it is never used.</param>
public sealed record AddressSeen(IPAddress Address, bool Tentative, bool Duplicate);

/// <summary>A MAC in a bridge's table.</summary>
/// <param name="Mac">The MAC.</param>
/// <param name="Device">Device it is behind.</param>
/// <param name="Learned">Learned from a frame; false for a device's own.</param>
public sealed record StationSeen(PhysicalAddress Mac, string Device, bool Learned);

/// <summary>A listening TCP socket as it was found.</summary>
/// <param name="Address">Local address, without scope id; a wildcard as 0.0.0.0 or ::.</param>
/// <param name="Port">Local port.</param>
/// <param name="Pid">A process that has it open; null when none can be seen.</param>
/// <param name="Program">What that process is called; null with <paramref name="Pid"/>.</param>
public sealed record ListenerSeen(IPAddress Address, int Port, int? Pid, string? Program);

/// <summary>A daemon as it was found.</summary>
/// <param name="Pid">Process id.</param>
/// <param name="Arguments">Command line, program first.</param>
/// <param name="NamespaceIdentity">Kernel identity of its network namespace.</param>
/// <param name="IsStopped">Whether a signal or a debugger holds it: it answers nobody.</param>
public sealed record DaemonSeen(int Pid, IReadOnlyList<string> Arguments, string? NamespaceIdentity, bool IsStopped);
