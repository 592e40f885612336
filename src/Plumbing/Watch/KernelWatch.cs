using System.ComponentModel;
using Firstlight.Plumbing.Interop;
using Firstlight.Plumbing.Namespaces;
using Firstlight.Plumbing.Reconcile;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Firstlight.Plumbing.Watch;

/// <summary>Hears what changes on this host, inside the namespaces that are followed, and when daemons end. One thread that sleeps until there is something.</summary>
/// <remarks>
/// No namespace is entered for it: one socket at home hears all namespaces that have an id here. What cannot be heard (most kernel settings, proxied
/// neighbours, files) or was lost is found by a look now and then; that is the caller's.
/// </remarks>
internal sealed class KernelWatch : IDisposable
{
    private const int NFNLGRP_NFTABLES = 7;
    private const ulong Stop = 0;
    private const ulong Routes = 1;
    private const ulong Rules = 2;
    private const ulong FirstDaemon = 16;
    private readonly Action<Notice> _heard;
    private readonly ILogger _logger;
    private readonly Epoll _epoll = new();
    private readonly SafeFileHandle _stop = WakeDescriptor.Create();
    private readonly NoticeSocket _routes;
    private readonly NoticeSocket _rules;
    private readonly NamespaceWatch _names;
    private readonly NetlinkSocket _ids = NetlinkSocket.Open(Netlink.NETLINK_ROUTE);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (string Identity, int Id)> _followed = new(StringComparer.Ordinal);
    private readonly Dictionary<int, string> _namesById = [];
    private readonly Dictionary<ulong, (string Name, PidFd Process)> _daemons = [];
    private readonly Dictionary<string, ulong> _numbers = new(StringComparer.Ordinal);
    private readonly Thread _thread;
    private ulong _nextDaemon = FirstDaemon;

    /// <summary>Begins to listen.</summary>
    /// <param name="heard">Called for each notice, on the watch's own thread or one of the file watcher: must return at once.</param>
    /// <param name="logger">Where failures are told.</param>
    /// <exception cref="Win32Exception">The kernel does not let us.</exception>
    public KernelWatch(Action<Notice> heard, ILogger logger)
    {
        (_heard, _logger) = (heard, logger);
        _routes = NoticeSocket.Everywhere(
            Netlink.NETLINK_ROUTE,
            RouteNetlink.RTNLGRP_LINK, RouteNetlink.RTNLGRP_NSID,
            RouteNetlink.RTNLGRP_IPV4_IFADDR, RouteNetlink.RTNLGRP_IPV4_ROUTE, RouteNetlink.RTNLGRP_IPV4_NETCONF,
            RouteNetlink.RTNLGRP_IPV6_IFADDR, RouteNetlink.RTNLGRP_IPV6_ROUTE, RouteNetlink.RTNLGRP_IPV6_NETCONF);
        _rules = NoticeSocket.Everywhere(Netlink.NETLINK_NETFILTER, NFNLGRP_NFTABLES);
        _names = new NamespaceWatch(NamespaceList.Directory, path => _heard(path is null ? new Notice(NoticeKind.Lost, "") : new Notice(NoticeKind.Namespace, Path.GetFileName(path))));
        _epoll.Add(_stop, Stop);
        _epoll.Add(_routes.Handle, Routes);
        _epoll.Add(_rules.Handle, Rules);
        _names.EnsureWatching();
        _thread = new Thread(Listen) { Name = "kernel watch", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Hears of a namespace from now on, as long as it lives. Asking twice costs nothing.</summary>
    /// <param name="name">Name below /run/netns: the subject of its notices.</param>
    /// <param name="identity">Kernel identity it has now.</param>
    public void FollowNamespace(string name, string identity)
    {
        lock (_lock)
        {
            _names.EnsureWatching();
            if (_followed.TryGetValue(name, out var known) && string.Equals(known.Identity, identity, StringComparison.Ordinal)) return;
            if (NamespaceIds.Of(_ids, NamespaceList.PathOf(name)) is not { } id) return;
            if (_followed.Remove(name, out var former)) _namesById.Remove(former.Id);
            _followed[name] = (identity, id);
            _namesById[id] = name;
        }
    }

    /// <summary>Forgets a namespace.</summary>
    public void Forget(string name)
    {
        lock (_lock)
        {
            if (_followed.Remove(name, out var former)) _namesById.Remove(former.Id);
        }
    }

    /// <summary>Hears when a daemon ends. A descriptor that is closed is no longer followed. Asking twice costs nothing.</summary>
    /// <param name="name">Subject of the notice.</param>
    /// <param name="process">The process.</param>
    public void FollowDaemon(string name, PidFd process)
    {
        lock (_lock)
        {
            if (_numbers.TryGetValue(name, out var former) && _daemons.TryGetValue(former, out var before))
            {
                if (ReferenceEquals(before.Process, process)) return;
                _daemons.Remove(former);
                StopFollowing(before.Process);
            }

            var number = _nextDaemon++;
            _numbers[name] = number;
            _daemons[number] = (name, process);
            _epoll.Add(process, number);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _names.Dispose();
        WakeDescriptor.Signal(_stop);
        _thread.Join();
        _epoll.Dispose();
        _stop.Dispose();
        _routes.Dispose();
        _rules.Dispose();
        _ids.Dispose();
    }

    private void Listen()
    {
        while (true)
        {
            try
            {
                foreach (var number in _epoll.Wait())
                {
                    if (number == Stop) return;
                    if (number == Routes) Drain(_routes, OnRoutes);
                    else if (number == Rules) Drain(_rules, OnRules);
                    else OnDaemon(number);
                }
            }
            catch (Exception e) when (e is Win32Exception or ObjectDisposedException)
            {
                PlumbingLog.WatchFailed(_logger, e.Message, e);
                _heard(new Notice(NoticeKind.Lost, ""));
                return;
            }
        }
    }

    private delegate void Heard(ReadOnlySpan<byte> datagram, int? namespaceId);

    private void Drain(NoticeSocket socket, Heard heard)
    {
        while (true)
        {
            var datagram = socket.Receive(out var namespaceId, out var lost);
            if (lost) _heard(new Notice(NoticeKind.Lost, ""));
            else if (datagram.IsEmpty) return;
            else heard(datagram, namespaceId);
        }
    }

    private void OnRoutes(ReadOnlySpan<byte> datagram, int? namespaceId)
    {
        if (namespaceId is { } id)
        {
            TellNamespace(id);
            return;
        }

        foreach (var gone in NoticeReading.GoneIds(datagram)) OnIdGone(gone);
        foreach (var name in NoticeReading.Devices(datagram)) _heard(new Notice(NoticeKind.Device, name));
    }

    private void OnRules(ReadOnlySpan<byte> datagram, int? namespaceId)
    {
        if (namespaceId is { } id) TellNamespace(id);
        else foreach (var table in NoticeReading.Tables(datagram)) _heard(new Notice(NoticeKind.Table, table));
    }

    private void OnDaemon(ulong number)
    {
        (string Name, PidFd Process) daemon;
        lock (_lock)
        {
            if (!_daemons.Remove(number, out daemon)) return;
            _numbers.Remove(daemon.Name);
            StopFollowing(daemon.Process);
        }

        _heard(new Notice(NoticeKind.Daemon, daemon.Name));
    }

    private void StopFollowing(PidFd process)
    {
        try
        {
            _epoll.Remove(process);
        }
        catch (ObjectDisposedException)
        {
            // Closed: the kernel has taken it out.
        }
    }

    private void TellNamespace(int id)
    {
        string? name;
        lock (_lock) _namesById.TryGetValue(id, out name);
        if (name is not null) _heard(new Notice(NoticeKind.Namespace, name));
    }

    private void OnIdGone(int id)
    {
        string? name;
        lock (_lock)
        {
            if (!_namesById.Remove(id, out name)) return;
            _followed.Remove(name);
        }

        _heard(new Notice(NoticeKind.Namespace, name));
    }
}
