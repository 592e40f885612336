using System.Net;
using Firstlight.Inventory;

namespace Firstlight.Doctor.Neutron;

/// <summary>Who the guest is taken for: Neutron is asked as the agent asks it.</summary>
internal sealed class NeutronIdentityCheck(NeutronCase on) : ICheck
{
    public string Hop => Hops.Identity;

    public IReadOnlyList<string> Needs => [Hops.Port];

    public async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        // Without a namespace here, the network is what the agent elsewhere asks by.
        var scope = on.Way.Namespace is null ? new Scope(ScopeKind.Network, on.Port!.NetworkId!) : on.Way.Scope;
        IPAddress from = on.From!;
        var lookup = await on.Directory.FindAsync(new PortQuery(scope, from, on.Mac), cancellationToken);
        var seen = $"({scope}, {from})";
        on.Found = lookup.Port;
        return lookup switch
        {
            { Outcome: PortOutcome.Found, Port: { } port } when port.PortId == on.Port!.Id => Finding.Right(Hop, $"{seen} is this port, instance {port.InstanceId}"),
            { Outcome: PortOutcome.Found, Port: { } port } => Finding.Wrong(Hop, $"{seen} is port {port.PortId}", "the guest is taken for another", "give one of the two ports another address"),
            { Outcome: PortOutcome.Ambiguous } => Finding.Wrong(
                Hop, $"{seen} is more than one port", "two ports of networks behind this router have the address, so neither is told anything (404)", $"openstack port list --fixed-ip ip-address={from} shows them; change one"),
            _ => Finding.Wrong(Hop, $"{seen} is nobody", scope.Kind == ScopeKind.Router ? "the router has no interface on the port's network" : "no port of the network has it, or it has no device", "openstack port list --network NETWORK"),
        };
    }
}
