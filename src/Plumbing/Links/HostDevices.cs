using System.ComponentModel;
using Firstlight.Plumbing.Interop;

namespace Firstlight.Plumbing.Links;

/// <summary>The devices of the host's own namespace, read from the kernel each time they are asked for. Thread-safe.</summary>
internal sealed class HostDevices : IDisposable
{
    // A question each for a few; for more of them, one for all devices there are, since most ports of a large network are some other host's.
    private const int MostQuestions = 64;
    private readonly Lock _lock = new();
    private NetlinkSocket? _socket;

    /// <summary>One device without its addresses; null when there is none of that name.</summary>
    /// <exception cref="Win32Exception">The kernel did not answer.</exception>
    public Device? Find(string name) => Ask(socket => LinkReader.Find(socket, name));

    /// <summary>Those of some devices that are there, without their addresses, in the order of their names in <paramref name="names"/>.</summary>
    /// <exception cref="Win32Exception">The kernel did not answer.</exception>
    public IReadOnlyList<Device> Find(IReadOnlyList<string> names)
    {
        if (names.Count <= MostQuestions) return [.. names.Select(Find).OfType<Device>()];
        var all = All().ToDictionary(d => d.Name, StringComparer.Ordinal);
        return [.. names.Select(n => all.GetValueOrDefault(n)).OfType<Device>()];
    }

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
