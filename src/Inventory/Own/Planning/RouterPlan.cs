using Firstlight.Inventory.Own.Model;

namespace Firstlight.Inventory.Own.Planning;

/// <summary>Plans routers and their interfaces: one port a subnet, with the subnet's gateway address.</summary>
internal sealed class RouterPlan(Draft draft, TopologyPlan topology, GatewayPlan gateways)
{
    public void Apply(RouterSpec spec)
    {
        if (topology.IsEmpty(spec, ResourceKind.Router, spec.Name, spec.Project)) return;
        var project = topology.Project(spec.Project);
        if (Identity.Of(draft, spec, ResourceKind.Router, spec.Name, spec.Id, project) is not { } id) return;
        var stored = draft.Routers.GetValueOrDefault(id);
        draft.Put(new Router { Id = id, Name = spec.Name, ProjectId = project, EnableSnat = spec.Gateway?.Snat ?? stored?.EnableSnat ?? true }, spec);
        gateways.Apply(spec, id, project);
        if (spec.Interfaces.IsDefaultOrEmpty && !Identity.IsWritten(spec, "interfaces")) return;

        var wanted = new List<Subnet>();
        foreach (var name in spec.Interfaces.IsDefault ? [] : spec.Interfaces)
        {
            if (Subnet(spec, name, project) is { } subnet && !wanted.Contains(subnet)) wanted.Add(subnet);
        }
        SetInterfaces(spec, id, project, wanted);
    }

    // Looked for in the router's own project first, then everywhere: a router may serve another project's network.
    private Subnet? Subnet(RouterSpec spec, string nameOrId, string project)
    {
        var id = draft.Names.Find(ResourceKind.Subnet, nameOrId, project, out _)
            ?? draft.Refer(spec, ResourceKind.Router, spec.Name, "interfaces", ResourceKind.Subnet, nameOrId, projectId: null);
        if (id is null) return null;
        var subnet = draft.Subnets[id];
        if (subnet.GatewayIp is { IsIPv6LinkLocal: false }) return subnet;
        draft.Fail(
            spec, ResourceKind.Router, spec.Name, "interfaces",
            $"subnet {subnet.Name} has {(subnet.GatewayIp is null ? "no gateway" : $"the link-local gateway {subnet.GatewayIp}")}, and the interface would have that address");
        return null;
    }

    private void SetInterfaces(RouterSpec spec, string routerId, string project, List<Subnet> wanted)
    {
        var stored = draft.PortsOf(routerId).Where(p => p.DeviceOwner == DeviceOwners.RouterInterface).ToList();
        foreach (var port in stored)
        {
            if (port.FixedIps.Length == 1 && wanted.Find(s => s.Id == port.FixedIps[0].SubnetId) is { } subnet)
            {
                wanted.Remove(subnet);
                draft.WrittenAt(ResourceKind.Port, port.Id, spec);
                if (subnet.GatewayIp!.Equals(port.FixedIps[0].Address)) continue;
                draft.Put(port with { FixedIps = [new FixedIp(subnet.Id, subnet.GatewayIp)] });
            }
            else
            {
                draft.Remove(port);
            }
            draft.LegsChanged(routerId, "interfaces");
        }
        foreach (var subnet in wanted)
        {
            var port = new Port
            {
                Id = Guid.NewGuid().ToString("D"),
                NetworkId = subnet.NetworkId,
                ProjectId = project,
                Mac = draft.Allotment.Mac(),
                FixedIps = [new FixedIp(subnet.Id, subnet.GatewayIp!)],
                DeviceId = routerId,
                DeviceOwner = DeviceOwners.RouterInterface,
            };
            draft.Allotment.Claim(subnet.NetworkId, subnet.GatewayIp!);
            draft.Put(port);
            draft.WrittenAt(ResourceKind.Port, port.Id, spec);
            draft.LegsChanged(routerId, "interfaces");
        }
    }
}
