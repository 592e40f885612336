using System.Runtime.InteropServices;

namespace Firstlight.Plumbing.Namespaces;

/// <summary>A device that carries an address.</summary>
/// <param name="Device">Its name inside its namespace.</param>
/// <param name="State">Whether the address can be used there.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct DeviceAddress(string Device, AddressState State);

/// <summary>What duplicate address detection (RFC 4862) says of an IPv6 address.</summary>
public enum AddressState
{
    /// <summary>In use.</summary>
    Ready,

    /// <summary>Detection runs, or waits for the device to come up: nobody is answered yet.</summary>
    Tentative,

    /// <summary>Another machine on the link has it (<c>dadfailed</c>): the kernel never uses it here until it is set anew.</summary>
    Duplicate,
}
