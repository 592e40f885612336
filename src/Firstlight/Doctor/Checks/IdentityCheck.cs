using Firstlight.Inventory;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Doctor.Checks;

/// <summary>Who the guest is taken for: the port directory is asked as the agent asks it.</summary>
internal sealed class IdentityCheck(OwnCase on) : ICheck
{
    public string Hop => Hops.Identity;

    public IReadOnlyList<string> Needs => [Hops.Subnet, Hops.Port];

    public async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        var query = on.Way.Query;
        var lookup = await on.Directory.FindAfreshAsync(query, cancellationToken);
        var who = query.Mac is { } mac ? $"{Cli.Views.CloudViews.MacText(mac)} ({query.Address})" : $"{query.Address}";
        var seen = $"({query.Scope}, {who})";
        return lookup switch
        {
            { Outcome: PortOutcome.Found, Port: { } port } when port.PortId == on.Port.Id => Finding.Right(Hop, $"{seen} is this port"),
            { Outcome: PortOutcome.Found, Port: { } port } => Finding.Wrong(
                Hop, $"{seen} is port {port.PortId}", "the guest is taken for another", "give one of the two ports another address"),
            { Outcome: PortOutcome.Ambiguous } => Finding.Wrong(
                Hop, $"{seen} is {string.Join(" and ", Claimants(query).Select(p => $"port {p.Id} of network {on.Cloud.Networks.GetValueOrDefault(p.NetworkId)?.Name ?? p.NetworkId}"))}",
                "two ports have the address, so neither is told anything (404)", "give one of them another address, or take one of the networks off the router"),
            _ => Finding.Wrong(
                Hop, $"{seen} is nobody", query.Scope.Kind == ScopeKind.Router ? "the router has no interface on the port's network" : "no port of the network has it", "firstlight port list shows who has which address"),
        };
    }

    private IEnumerable<Port> Claimants(PortQuery query)
    {
        var networks = query.Scope.Kind == ScopeKind.Network
            ? [query.Scope.Id]
            : on.Cloud.Ports.Values.Where(p => p.DeviceOwner == DeviceOwners.RouterInterface && p.DeviceId == query.Scope.Id).Select(p => p.NetworkId).ToHashSet(StringComparer.Ordinal);
        return on.Cloud.Ports.Values
            .Where(p => networks.Contains(p.NetworkId) && (query.Mac is { } mac ? p.Mac.Equals(mac) : p.FixedIps.Any(f => f.Address.Equals(query.Address))))
            .OrderBy(p => p.Id, StringComparer.Ordinal);
    }
}
