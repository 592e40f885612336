namespace Firstlight.Doctor.Neutron;

/// <summary>Who listens in the namespace: a haproxy of Neutron's agents, or our agent.</summary>
internal sealed class NeutronListenerCheck(NeutronCase on) : ICheck
{
    public string Hop => Hops.Listener;

    public IReadOnlyList<string> Needs => [Hops.Namespace];

    public async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        var (_, name) = on.Way;
        var at = on.Listener;
        var sockets = await on.Host.ListenersAsync(name, cancellationToken);
        var here = sockets.Where(s => s.Port == at.Port).ToList();
        if (here.Count == 0)
        {
            return Finding.Wrong(
                Hop, $"nobody listens at {at} in {name}", "neither a haproxy nor our agent serves this namespace",
                "restart Neutron's DHCP or L3 agent, which starts the haproxy; or let our agent listen there (agent_listen = namespaces)");
        }

        if (here.Find(s => s.Pid is { } pid && pid == on.Agent?.Agent.Pid) is { } ours) return Finding.Right(Hop, $"metadata-agent {ours.Pid} listens at {at} in {name}");
        if (here.Find(s => s.Program is "haproxy") is { } proxy) return Finding.Right(Hop, $"haproxy {proxy.Pid} listens at {at} in {name}");
        var other = here[0];
        return Finding.Wrong(
            Hop, $"{other.Program ?? "a program that cannot be seen"} (process {other.Pid}) listens at {at} in {name}", "guests talk to it instead of a haproxy or our agent", $"find out what it is; kill {other.Pid} frees the address");
    }
}
