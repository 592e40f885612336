using System.Net;
using Firstlight.Cli.Views;
using Firstlight.Plumbing.Look;

namespace Firstlight.Doctor.Checks;

/// <summary>Who listens where the guest's packets end up.</summary>
internal sealed class ListenerCheck(OwnCase on) : ICheck
{
    public string Hop => Hops.Listener;

    public IReadOnlyList<string> Needs => [Hops.Namespace];

    // What the running agent does counts more than what the configuration read here says.
    private bool WithHaproxy => on.WithHaproxy || (on.Agent?.Listeners.Any(l => l.Scope == "proxies") ?? false);

    public async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        var way = on.Way;
        var sockets = await on.Host.ListenersAsync(way.Namespace, cancellationToken);
        var here = sockets.Where(s => s.Port == way.Listener.Port && Serves(s.Address, way.Listener.Address)).ToList();
        var status = on.Agent?.Listeners.FirstOrDefault(l => l.ScopeId == way.Scope.Id && IPAddress.TryParse(l.Address, out var a) && a.Equals(way.Listener.Address));
        return here.Count == 0 ? Nobody(way, status) : WithHaproxy ? OfHaproxy(way, here) : Ours(way, here, status);
    }

    private Finding Nobody(GuestWay way, ListenerView? status)
    {
        var seen = $"nobody listens at {way.Listener} in {way.Namespace}";
        if (WithHaproxy) return Finding.Wrong(Hop, seen, "the haproxy of this namespace does not run", "a running host agent starts it again within a second, and says in its log why it ends");
        if (on.Agent is null) return Finding.Wrong(Hop, seen, "the agent that should listen does not run", "start the agent");
        return Finding.Wrong(Hop, seen, status?.Problem ?? "the agent does not want this listener: it runs with other options, or has not seen the network yet", "firstlight agent show shows each listener with its problem");
    }

    private Finding OfHaproxy(GuestWay way, List<ListenerSeen> here) => here.Find(s => s.Program is "haproxy") is { } proxy
        ? Finding.Right(Hop, $"haproxy {proxy.Pid} listens at {way.Listener}")
        : Foreign(way, here[0]);

    private Finding Ours(GuestWay way, List<ListenerSeen> here, ListenerView? status)
    {
        if (on.Agent is { } agent && here.Exists(s => s.Pid == agent.Agent.Pid))
            return Finding.Right(Hop, $"{agent.Agent.Role} {agent.Agent.Pid} listens at {way.Listener}, {status?.Requests ?? 0} requests so far");
        return Foreign(way, here[0]);
    }

    private Finding Foreign(GuestWay way, ListenerSeen other)
    {
        var who = other.Pid is { } pid ? $"{other.Program} (process {pid})" : "a program that cannot be seen";
        return Finding.Wrong(
            Hop, $"{who} listens at {way.Listener} in {way.Namespace}", "guests talk to it instead of the agent, which cannot have the address while it is taken",
            other.Pid is { } kill ? $"end it: kill {kill}; the agent listens within five seconds" : "find it with ss -lntp inside the namespace and end it");
    }

    private static bool Serves(IPAddress bound, IPAddress wanted) =>
        bound.Equals(wanted) || bound.Equals(IPAddress.IPv6Any) || (bound.Equals(IPAddress.Any) && wanted.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork);
}
