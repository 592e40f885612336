using System.ComponentModel;
using Firstlight.Plumbing.Interop;

namespace Firstlight.Plumbing.Links;

/// <summary>The devices of the host's own namespace, as the kernel has them at the moment they are asked for. Thread-safe.</summary>
/// <remarks>
/// A few are asked for one by one. Where that comes to more than reading all of them once, all are read, and answered from as long as the kernel has told
/// of no change of any.
/// </remarks>
internal sealed class HostDevices : IDisposable
{
    // One of a dump costs an eighth of one that is asked for alone. So what was read in vain never costs more than the questions before it.
    private const int FewestQuestions = 32;
    private const int DevicesAQuestion = 8;
    private readonly Lock _lock = new();
    private NetlinkSocket? _socket;
    private Snapshot? _all;
    private int _questions;
    private int _questionsBeforeAll = FewestQuestions;

    /// <summary>One device without its addresses; null when there is none of that name.</summary>
    /// <exception cref="Win32Exception">The kernel did not answer.</exception>
    public Device? Find(string name) => Ask(socket => WhereWorthwhile(socket, questions: 1) is { } all ? all.GetValueOrDefault(name) : LinkReader.Find(socket, name));

    /// <summary>Those of some devices that are there, without their addresses, in the order of their names in <paramref name="names"/>. For many, all are read at once: most ports of a large network are some other host's.</summary>
    /// <exception cref="Win32Exception">The kernel did not answer.</exception>
    public IReadOnlyList<Device> Find(IReadOnlyList<string> names) => Ask<IReadOnlyList<Device>>(socket =>
    {
        var all = WhereWorthwhile(socket, names.Count);
        return [.. names.Select(n => all is null ? LinkReader.Find(socket, n) : all.GetValueOrDefault(n)).OfType<Device>()];
    });

    /// <summary>One device with its addresses; null when there is none of that name.</summary>
    /// <exception cref="Win32Exception">The kernel did not answer.</exception>
    public Device? FindWithAddresses(string name) => Ask(socket => LinkReader.Find(socket, name) is { } device
        ? device with { Addresses = [.. LinkReader.Addresses(socket, device.Index).Select(a => a.Address)] }
        : null);

    /// <summary>Whether there is a device of that name.</summary>
    public bool Has(string name) => Find(name) is not null;

    /// <summary>All devices, without their addresses.</summary>
    /// <exception cref="Win32Exception">The kernel did not answer.</exception>
    public IReadOnlyCollection<Device> All() => Ask(socket => (Held() ?? ReadAll(socket)).Values);

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock) Forget();
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
                Forget();
                throw;
            }
        }
    }

    /// <summary>All devices by name; null while it costs less to ask for single ones.</summary>
    private Dictionary<string, Device>? WhereWorthwhile(NetlinkSocket socket, int questions)
    {
        if (Held() is { } all) return all;
        _questions += questions;
        return _questions < _questionsBeforeAll ? null : ReadAll(socket);
    }

    private Dictionary<string, Device>? Held()
    {
        if (_all is null || _all.Changes.IsQuiet) return _all?.Devices;
        _all.Changes.Dispose();
        (_all, _questions) = (null, 0);
        return null;
    }

    private Dictionary<string, Device> ReadAll(NetlinkSocket socket)
    {
        _all = Snapshot.Take(socket);
        _questionsBeforeAll = Math.Max(FewestQuestions, _all.Devices.Count / DevicesAQuestion);
        return _all.Devices;
    }

    private void Forget()
    {
        _socket?.Dispose();
        _all?.Changes.Dispose();
        (_socket, _all) = (null, null);
    }

    /// <summary>All devices, and what hears of changes since before they were read.</summary>
    private sealed record Snapshot(Dictionary<string, Device> Devices, NoticeSocket Changes)
    {
        public static Snapshot Take(NetlinkSocket socket)
        {
            var changes = NoticeSocket.Here(Netlink.NETLINK_ROUTE, RouteNetlink.RTNLGRP_LINK);
            try
            {
                return new Snapshot(LinkReader.DevicesAlone(socket).ToDictionary(d => d.Name, StringComparer.Ordinal), changes);
            }
            catch
            {
                changes.Dispose();
                throw;
            }
        }
    }
}
