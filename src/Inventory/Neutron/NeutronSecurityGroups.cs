using System.Collections.Immutable;
using Firstlight.Metadata.Identity;

namespace Firstlight.Inventory.Neutron;

/// <summary>Security groups as Nova finds them: the ports of the instance, then the names of their groups.</summary>
/// <param name="neutron">The API; stays the caller's.</param>
public sealed class NeutronSecurityGroups(NeutronClient neutron) : ISecurityGroupSource
{
    private const int GroupsPerRequest = 150;

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<string>> NamesAsync(InstanceId id, CancellationToken cancellationToken)
    {
        var ports = await neutron.PortsAsync(NeutronQuery.All.Where("device_id", id.Value).Select("security_groups", "device_id"), cancellationToken);
        var ids = ports.SelectMany(port => port.SecurityGroups ?? []).ToList();
        if (ids.Count == 0) return [];

        var query = NeutronQuery.All.WhereAny("id", ids.Order(StringComparer.Ordinal), GroupsPerRequest).Select("id", "name");
        var groups = await neutron.SecurityGroupsAsync(query, cancellationToken);
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var group in groups)
        {
            if (group.Id is { } groupId) names[groupId] = string.IsNullOrEmpty(group.Name) ? groupId : group.Name;
        }

        // A group deleted between the two requests has no name and is left out.
        return [.. ids.Where(names.ContainsKey).Select(groupId => names[groupId])];
    }
}
