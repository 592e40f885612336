using System.ComponentModel;
using Firstlight.Plumbing.Interop;

namespace Firstlight.Plumbing.Links;

/// <summary>The devices of the host's own namespace, read from the kernel each time they are asked for. Thread-safe.</summary>
internal sealed class HostDevices : IDisposable
{
    private readonly Lock _lock = new();
    private NetlinkSocket? _socket;

    /// <summary>One device without its addresses; null when there is none of that name.</summary>
    /// <exception cref="Win32Exception">The kernel did not answer.</exception>
    public Device? Find(string name) => Ask(socket => LinkReader.Find(socket, name));

    /// <summary>One device with its addresses; null when there is none of that name.</summary>
    /// <exception cref="Win32Exception">The kernel did not answer.</exception>
    public Device? FindWithAddresses(string name) => Ask(socket => LinkReader.Find(socket, name) is { } device
        ? device with { Addresses = [.. LinkReader.Addresses(socket, device.Index).Select(a => a.Address)] }
        : null);

    /// <summary>Whether there is a device of that name.</summary>
    public bool Has(string name) => Find(name) is not null;

    /// <summary>All devices.</summary>
    /// <exception cref="Win32Exception">The kernel did not answer.</exception>
    public IReadOnlyCollection<Device> All() => Ask(socket => LinkReader.Devices(socket).Values);

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock) _socket?.Dispose();
    }

    private T Ask<T>(Func<NetlinkSocket, T> question)
    {
        lock (_lock)
        {
            try
            {
                return question(_socket ??= NetlinkSocket.Open(Netlink.NETLINK_ROUTE));
            }
            catch (Win32Exception)
            {
                // What is left of an answer must not be taken for the next one.
                _socket?.Dispose();
                _socket = null;
                throw;
            }
        }
    }
}
