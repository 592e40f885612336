using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Firstlight.System.Tests.Support;

namespace Firstlight.Conformance.Tests.Neutron;

/// <summary>A network of a test's own on the lab, with guests on ports that stand for recorded instances. Gone afterwards.</summary>
internal sealed class OwnNetwork(NeutronLab lab) : IAsyncDisposable
{
    private const string Project = "ca17d50f6ac049928cc2fb2217dab93b";
    private readonly List<LabGuest> _guests = [];
    private readonly List<string> _ports = [];
    private bool _isDeleted;
    private string? _routed;

    public string? Network { get; private set; }

    public List<string> Subnets { get; } = [];

    public string? Router { get; private set; }

    public async Task CreateAsync(string cidr)
    {
        Network = Id(await lab.Neutron.CreateAsync("network", new JsonObject { ["name"] = "own", ["project_id"] = Project }));
        await AddSubnetAsync(cidr);
    }

    public async Task AddSubnetAsync(string cidr) =>
        Subnets.Add(Id(await lab.Neutron.CreateAsync("subnet", new JsonObject { ["network_id"] = Network, ["project_id"] = Project, ["ip_version"] = 4, ["cidr"] = cidr })));

    /// <summary>A guest on a new port of the newest subnet.</summary>
    /// <param name="instance">Whose port it is, by recorded name.</param>
    /// <param name="viaRouter">It asks the router and not the DHCP port.</param>
    /// <param name="subnet">Which subnet; the newest by default.</param>
    public async Task<LabGuest> GuestAsync(string instance, bool viaRouter, int? subnet = null)
    {
        var port = await lab.Neutron.CreateAsync("port", new JsonObject
        {
            ["network_id"] = Network, ["project_id"] = InstanceIds.ProjectOf(instance), ["device_id"] = InstanceIds.Of(instance), ["device_owner"] = "compute:nova",
            ["binding:host_id"] = "lab-node", ["fixed_ips"] = new JsonArray(new JsonObject { ["subnet_id"] = Subnets[subnet ?? Subnets.Count - 1] }),
        });
        _ports.Add(Id(port));
        var name = string.Create(CultureInfo.InvariantCulture, $"own-{_ports.Count}");
        var guest = await GuestAttachment.AttachAsync(lab, name, port, viaRouter);
        _guests.Add(guest);
        return guest;
    }

    public async Task AddRouterAsync(string subnet)
    {
        Router = Id(await lab.Neutron.CreateAsync("router", new JsonObject { ["name"] = "own", ["project_id"] = Project }));
        await lab.Neutron.PutAsync($"routers/{Router}/add_router_interface", new JsonObject { ["subnet_id"] = subnet });
        _routed = subnet;
    }

    public async Task RemoveRouterAsync()
    {
        if (_routed is null) return;
        await lab.Neutron.PutAsync($"routers/{Router}/remove_router_interface", new JsonObject { ["subnet_id"] = _routed });
        await lab.Neutron.DeleteAsync($"routers/{Router}");
        _routed = null;
    }

    public async Task DeleteAsync()
    {
        if (_isDeleted || Network is null) return;
        await RemoveRouterAsync();
        foreach (var guest in _guests) await GuestAttachment.DetachAsync(lab, guest);
        foreach (var port in _ports) await lab.Neutron.DeleteAsync($"ports/{port}");
        // Neutron's DHCP agent trips over a network that goes while it still takes its ports away, and then may leave the namespace behind.
        var hosts = lab.Services.At($"neutron/dhcp/{Network}/host");
        await Eventually.TrueAsync(async () => !File.Exists(hosts) || !(await File.ReadAllTextAsync(hosts)).Contains("fa:16:3e", StringComparison.Ordinal), "the DHCP agent has taken the guests' ports away");
        await lab.Neutron.DeleteAsync($"networks/{Network}");
        _isDeleted = true;
    }

    public async ValueTask DisposeAsync() => await DeleteAsync();

    private static string Id(JsonElement resource) => resource.GetProperty("id").GetString()!;
}
