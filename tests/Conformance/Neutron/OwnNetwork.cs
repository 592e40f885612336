using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Firstlight.System.Tests.Support;

namespace Firstlight.Conformance.Tests.Neutron;

/// <summary>A network of a test's own on the lab, with guests on ports that stand for recorded instances. Gone afterwards.</summary>
internal sealed class OwnNetwork(NeutronLab lab) : IAsyncDisposable
{
    private const string Project = "ca17d50f6ac049928cc2fb2217dab93b";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly Stack<(LabGuest Guest, JsonElement Port)> _guests = [];
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
        var name = string.Create(CultureInfo.InvariantCulture, $"own-{_guests.Count + 1}");
        var guest = await GuestAttachment.AttachAsync(lab, name, port, viaRouter);
        _guests.Push((guest, port));
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
        var port = (await lab.Neutron.ListAsync($"ports?network_id={Network}&device_id={Router}")).Single();
        await lab.Neutron.PutAsync($"routers/{Router}/remove_router_interface", new JsonObject { ["subnet_id"] = _routed });
        await LeftToDhcpAsync(port);
        await lab.Neutron.DeleteAsync($"routers/{Router}");
        _routed = null;
    }

    /// <summary>Deletes it with all that is on it, as slowly as Neutron's DHCP agent needs it.</summary>
    /// <remarks>
    /// Of messages about ports that wait in its queue together, one of them a deletion, Neutron 21's agent loses one (it compares their fixed addresses, and
    /// a deletion tells none); and what waits behind one that fails, too. So one port goes at a time, and an agent that has lost the network's deletion is
    /// started anew: it then looks for networks that are no more.
    /// </remarks>
    public async Task DeleteAsync()
    {
        if (_isDeleted || Network is null) return;
        await RemoveRouterAsync();
        while (_guests.TryPop(out var guest))
        {
            await GuestAttachment.DetachAsync(lab, guest.Guest);
            await Eventually.TrueAsync(async () => (await lab.Neutron.GetAsync($"ports/{Id(guest.Port)}")).GetProperty("status").GetString() == "DOWN", $"{guest.Guest.Name}'s port is down");
            await lab.Neutron.DeleteAsync($"ports/{Id(guest.Port)}");
            await LeftToDhcpAsync(guest.Port);
        }

        await lab.Neutron.DeleteAsync($"networks/{Network}");
        _isDeleted = true;
        if (!await Eventually.IsTrueAsync(() => Task.FromResult(!lab.Host.Namespaces().Contains($"qdhcp-{Network}")), Patience)) await lab.RestartDhcpAsync();
    }

    public async ValueTask DisposeAsync() => await DeleteAsync();

    private Task LeftToDhcpAsync(JsonElement port)
    {
        var (hosts, mac) = (lab.Services.At($"neutron/dhcp/{Network}/host"), port.GetProperty("mac_address").GetString()!);
        return Eventually.IsTrueAsync(async () => !File.Exists(hosts) || !(await File.ReadAllTextAsync(hosts)).Contains(mac, StringComparison.Ordinal), Patience);
    }

    private static string Id(JsonElement resource) => resource.GetProperty("id").GetString()!;
}
