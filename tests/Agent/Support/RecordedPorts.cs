using System.Collections.Frozen;
using System.Net.NetworkInformation;
using System.Text.Json;
using Firstlight.Inventory;
using Firstlight.Metadata.Identity;

namespace Firstlight.Agent.Tests.Support;

/// <summary>The port directory over what Neutron's API had when the cases were recorded: by the rules of its agent, but a router without interfaces has no networks.</summary>
internal sealed class RecordedPorts : IPortDirectory
{
    private static readonly FrozenSet<string> RouterInterfaces = FrozenSet.Create(
        StringComparer.Ordinal, "network:router_interface", "network:ha_router_replicated_interface", "network:router_interface_distributed");

    private readonly List<Port> _ports;

    public RecordedPorts()
    {
        using var file = File.OpenRead(Path.Combine(Folder, "neutron-api.json"));
        using var json = JsonDocument.Parse(file);
        _ports = [.. json.RootElement.GetProperty("ports").EnumerateArray().Select(Port.Read)];
    }

    public static string Folder => Path.Combine(AppContext.BaseDirectory, "Golden", "neutron");

    /// <summary>The id of a recorded instance.</summary>
    public static string InstanceId(string name)
    {
        using var file = File.OpenRead(Path.Combine(Folder, "seed.json"));
        using var json = JsonDocument.Parse(file);
        return json.RootElement.GetProperty("instances").EnumerateArray().Single(instance => instance.GetProperty("name").GetString() == name).GetProperty("uuid").GetString()!;
    }

    public FoundPort PortOf(string instance)
    {
        var id = InstanceId(instance);
        return _ports.First(port => port.Device == id).Found();
    }

    public ValueTask<PortLookup> FindAsync(PortQuery query, CancellationToken cancellationToken)
    {
        var networks = query.Scope.Kind == ScopeKind.Network
            ? [query.Scope.Id]
            : _ports.Where(port => port.Device == query.Scope.Id && RouterInterfaces.Contains(port.Owner)).Select(port => port.Network).ToHashSet();
        var found = _ports.Where(port => networks.Contains(port.Network) && (query.Mac is { } mac ? port.Mac.Equals(mac) : port.Addresses.Contains(query.Address.ToString()))).ToList();
        return new(found switch
        {
            [{ Device.Length: > 0 } port] => new PortLookup(PortOutcome.Found, port.Found()),
            [] or [_] => default,
            _ => new PortLookup(PortOutcome.Ambiguous, null),
        });
    }

    private sealed record Port(string Id, string Network, string Device, string Owner, string Project, PhysicalAddress Mac, List<string> Addresses)
    {
        public static Port Read(JsonElement json) => new(
            json.GetProperty("id").GetString()!,
            json.GetProperty("network_id").GetString()!,
            json.GetProperty("device_id").GetString()!,
            json.GetProperty("device_owner").GetString()!,
            json.GetProperty("tenant_id").GetString()!,
            PhysicalAddress.Parse(json.GetProperty("mac_address").GetString()),
            [.. json.GetProperty("fixed_ips").EnumerateArray().Select(address => address.GetProperty("ip_address").GetString()!)]);

        public FoundPort Found() => new(Id, new InstanceId(Device), new ProjectId(Project), Network);
    }
}
