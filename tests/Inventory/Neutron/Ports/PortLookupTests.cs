using System.Net;
using System.Text.Json.Nodes;
using Firstlight.Inventory.Neutron.Ports;

namespace Firstlight.Inventory.Tests.Neutron.Ports;

/// <summary>Neutron's rules of who a port is, over ports recorded from a real Neutron and some that are odd.</summary>
public sealed class PortLookupTests : IAsyncLifetime
{
    private const string Plain = "e43099e8-148b-52fe-87c3-280fa99d9a7f";
    private PortCloud _cloud = null!;

    public async ValueTask InitializeAsync() => _cloud = await PortCloud.StartAsync();

    public ValueTask DisposeAsync() => _cloud.DisposeAsync();

    [Fact]
    public async Task A_guest_is_found_by_its_network_and_address()
    {
        var lookup = await _cloud.Directory.FindAsync(PortCloud.OnNetwork(PortCloud.PlainNetwork, "10.0.0.70"), CancellationToken.None);
        Assert.Equal(
            (PortOutcome.Found, "411089c8-4fac-4b34-b7f6-bb63c642c04e", Plain, "ca17d50f6ac049928cc2fb2217dab93b", PortCloud.PlainNetwork),
            (lookup.Outcome, lookup.Port!.PortId, lookup.Port.InstanceId.Value, lookup.Port.ProjectId.Value, lookup.Port.NetworkId));
    }

    [Fact]
    public async Task The_same_address_is_another_guest_on_another_network_and_nobody_on_a_third()
    {
        Assert.Equal("9dedc2ec-2852-5520-b7dc-b9f5b5012abf", await _cloud.FindAsync(PortCloud.OnNetwork("dd03b550-3424-463e-a240-e71b9487df87", "10.0.0.70")));
        Assert.Equal("(Unknown)", await _cloud.FindAsync(PortCloud.OnNetwork(PortCloud.RoutedNetwork, "10.0.0.70")));
        Assert.Equal("(Unknown)", await _cloud.FindAsync(PortCloud.OnNetwork(PortCloud.Id(), "10.0.0.70")));
    }

    [Theory]
    [InlineData("10.1.1.21", "187f636c-b2c8-59d0-8008-266cbf6bfb05")]
    [InlineData("fd00:b::f816:3eff:fe00:9", "187f636c-b2c8-59d0-8008-266cbf6bfb05")]
    [InlineData("::ffff:10.1.1.20", "1053211a-809b-5f62-a497-cc28e7fe6260")]
    [InlineData("10.0.0.70", "(Unknown)")]
    [InlineData("203.0.113.20", "(Unknown)")]
    public async Task A_guest_of_a_router_is_found_on_the_networks_of_its_interfaces_and_not_on_that_of_its_gateway(string address, string told) =>
        Assert.Equal(told, await _cloud.FindAsync(PortCloud.OnRouter(PortCloud.Router, address)));

    [Theory]
    [InlineData("network:router_interface", "guest")]
    [InlineData("network:ha_router_replicated_interface", "guest")]
    [InlineData("network:router_interface_distributed", "guest")]
    [InlineData("network:router_centralized_snat", "(Unknown)")]
    [InlineData("network:router_ha_interface", "(Unknown)")]
    [InlineData("network:router_gateway", "(Unknown)")]
    [InlineData("compute:nova", "(Unknown)")]
    public async Task Only_three_kinds_of_port_are_interfaces(string owner, string told)
    {
        var (router, network) = (PortCloud.Id(), PortCloud.Id());
        _cloud.Join(router, network, owner: owner);
        _cloud.Add(network, "10.9.9.7", "guest");
        Assert.Equal(told, await _cloud.FindAsync(PortCloud.OnRouter(router, "10.9.9.7")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_router_without_interfaces_has_no_guests_and_the_cloud_is_not_searched(bool byMac)
    {
        var query = PortCloud.OnRouter(PortCloud.Id(), "10.0.0.70");
        if (byMac) query = query with { Mac = System.Net.NetworkInformation.PhysicalAddress.Parse("fa:16:3e:00:00:01") };
        Assert.Equal("(Unknown)", await _cloud.FindAsync(query));
        Assert.Equal("(Unknown)", await _cloud.FindAfreshAsync(query));
        Assert.Equal(2, _cloud.Requests);
        Assert.All(_cloud.Neutron.Targets, target => Assert.StartsWith($"/v2.0/ports?device_id={query.Scope.Id}&device_owner=", target, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_guest_is_found_by_its_MAC_on_its_network_alone()
    {
        Assert.Equal("1053211a-809b-5f62-a497-cc28e7fe6260", await _cloud.FindAsync(PortCloud.OnNetworkByMac(PortCloud.RoutedNetwork, "FA-16-3E-00-00-05")));
        Assert.Equal("(Unknown)", await _cloud.FindAsync(PortCloud.OnNetworkByMac(PortCloud.PlainNetwork, "FA-16-3E-00-00-05")));
        Assert.Contains("&mac_address=fa:16:3e:00:00:05&", _cloud.Neutron.Targets.Last().Replace('?', '&'), StringComparison.Ordinal);
        Assert.DoesNotContain("fixed_ips=", _cloud.Neutron.Targets.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_is_asked_for_in_its_canonical_form_whatever_form_it_came_in()
    {
        var alone = _cloud.Open(PortCloud.Patient with { LargestNetwork = 0 });
        const string network = "69015242-f814-43cd-8e73-ba7ac0bd99ef";
        Assert.Equal("a906feda-db84-54de-9fb7-53200edb70bb", await _cloud.FindAsync(PortCloud.OnNetwork(network, "FD00:000E:0:0:F816:3EFF:FE00:0012%7"), alone));
        Assert.Equal(
            $"/v2.0/ports?fixed_ips=ip_address%3Dfd00%3Ae%3A%3Af816%3A3eff%3Afe00%3A12&network_id={network}"
            + "&fields=id&fields=network_id&fields=mac_address&fields=device_id&fields=project_id&fields=tenant_id&fields=fixed_ips",
            _cloud.Neutron.Peer.Received.Single().Target);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not-a-uuid")]
    [InlineData("d6c53ac8fff84ae68a36a723a278dd47")]
    [InlineData("{d6c53ac8-fff8-4ae6-8a36-a723a278dd47}")]
    [InlineData("d6c53ac8-fff8-4ae6-8a36-a723a278dd47&device_owner=x")]
    public async Task A_scope_that_is_no_UUID_has_no_guests_and_nobody_is_asked(string id)
    {
        Assert.Equal("(Unknown)", await _cloud.FindAsync(PortCloud.OnNetwork(id, "10.0.0.70")));
        Assert.Equal("(Unknown)", await _cloud.FindAfreshAsync(PortCloud.OnRouter(id, "10.0.0.70")));
        Assert.Equal(0, _cloud.Requests);
    }

    [Fact]
    public async Task Two_ports_with_one_address_are_ambiguous_even_of_one_instance()
    {
        var network = PortCloud.Id();
        var one = _cloud.Add(network, "10.9.9.7", "guest");
        _cloud.Add(network, "10.9.9.7", "guest");
        Assert.Equal("(Ambiguous)", await _cloud.FindAsync(PortCloud.OnNetwork(network, "10.9.9.7")));
        _cloud.Remove(one);
        Assert.Equal("guest", await _cloud.FindAsync(PortCloud.OnNetwork(network, "10.9.9.7")));
    }

    [Theory]
    [InlineData("guest")]
    [InlineData("")]
    public async Task An_address_on_two_networks_of_a_router_is_ambiguous_even_where_one_has_no_device(string second)
    {
        var (router, left, right) = (PortCloud.Id(), PortCloud.Id(), PortCloud.Id());
        _cloud.Join(router, left);
        _cloud.Join(router, right);
        _cloud.Add(left, "10.9.9.7", "guest");
        _cloud.Add(right, "10.9.9.7", second);
        _cloud.Add(right, "10.9.9.8", "other");
        Assert.Equal("(Ambiguous)", await _cloud.FindAsync(PortCloud.OnRouter(router, "10.9.9.7")));
        Assert.Equal("other", await _cloud.FindAsync(PortCloud.OnRouter(router, "10.9.9.8")));
        Assert.Equal("guest", await _cloud.FindAsync(PortCloud.OnNetwork(left, "10.9.9.7")));
    }

    [Fact]
    public async Task A_port_without_a_device_is_nobody_and_one_of_another_kind_is_who_it_says()
    {
        var network = PortCloud.Id();
        _cloud.Add(network, "10.9.9.7", "");
        _cloud.Add(network, "10.9.9.8", "null")["device_id"] = null;
        _cloud.Add(network, "10.9.9.2", $"dhcp5a5b2105-{network}", "network:dhcp");
        Assert.Equal("(Unknown)", await _cloud.FindAsync(PortCloud.OnNetwork(network, "10.9.9.7")));
        Assert.Equal("(Unknown)", await _cloud.FindAsync(PortCloud.OnNetwork(network, "10.9.9.8")));
        Assert.Equal($"dhcp5a5b2105-{network}", await _cloud.FindAsync(PortCloud.OnNetwork(network, "10.9.9.2")));
    }

    [Fact]
    public async Task Old_releases_name_the_project_tenant()
    {
        var network = PortCloud.Id();
        _cloud.Add(network, "10.9.9.7", "guest").Remove("project_id");
        var lookup = await _cloud.Directory.FindAsync(PortCloud.OnNetwork(network, "10.9.9.7"), CancellationToken.None);
        Assert.Equal("a-project", lookup.Port!.ProjectId.Value);
    }

    [Fact]
    public async Task A_port_that_two_pages_list_is_one_port()
    {
        var (network, id) = (PortCloud.Id(), PortCloud.Id());
        _cloud.Add(network, "10.9.9.7", "guest", id: id, mac: "fa:16:3e:00:09:09");
        _cloud.Add(network, "10.9.9.7", "guest", id: id, mac: "fa:16:3e:00:09:09");
        Assert.Equal("guest", await _cloud.FindAsync(PortCloud.OnNetwork(network, "10.9.9.7")));
    }

    [Fact]
    public async Task A_network_in_many_pages_is_read_to_its_end()
    {
        _cloud.Neutron.PageSize = 3;
        Assert.Equal(Plain, await _cloud.FindAsync(PortCloud.OnNetwork(PortCloud.PlainNetwork, "10.0.0.70")));
        Assert.Equal("1e8d3d0f-d9da-560f-8039-a361beb7e1dc", await _cloud.FindAsync(PortCloud.OnNetwork(PortCloud.PlainNetwork, "10.0.0.84")));
        Assert.InRange(_cloud.Requests, 5, 8);
    }

    [Fact]
    public async Task A_router_with_three_hundred_networks_is_searched_in_requests_that_fit_a_line()
    {
        var router = PortCloud.Id();
        var networks = Enumerable.Range(0, 300).Select(_ => PortCloud.Id()).ToList();
        foreach (var network in networks) _cloud.Join(router, network);
        _cloud.Join(router, networks[0], "10.9.9.2");
        _cloud.Add(networks[299], "10.9.9.7", "guest");
        _cloud.Add(PortCloud.Id(), "10.9.9.8", "foreigner");
        Assert.Equal("guest", await _cloud.FindAsync(PortCloud.OnRouter(router, "10.9.9.7")));
        Assert.Equal("(Unknown)", await _cloud.FindAsync(PortCloud.OnRouter(router, "10.9.9.8")));

        var searches = _cloud.Neutron.Targets.Where(target => target.Contains("fixed_ips=", StringComparison.Ordinal)).ToList();
        Assert.Equal(600, searches.Sum(target => target.Split("network_id=").Length - 1));
        Assert.All(searches, target => Assert.Contains("&network_id=", target, StringComparison.Ordinal));
        Assert.All(_cloud.Neutron.Peer.Received, received => Assert.InRange(received.Target.Length, 0, 8000));

        var before = _cloud.Requests;
        Assert.Equal("guest", await _cloud.FindAsync(PortCloud.OnRouter(router, "10.9.9.7")));
        Assert.Equal(before, _cloud.Requests);
    }

    [Theory]
    [InlineData("network_id")]
    [InlineData("fixed_ips")]
    [InlineData("mac_address")]
    [InlineData("device_id")]
    [InlineData("device_owner")]
    public async Task A_server_that_ignores_a_filter_is_not_believed(string filter)
    {
        var (router, network, foreign) = (PortCloud.Id(), PortCloud.Id(), PortCloud.Id());
        _cloud.Join(router, network);
        _cloud.Add(network, "10.9.9.3", router, "network:router_centralized_snat");
        _cloud.Add(network, "10.9.9.7", "guest", mac: "fa:16:3e:00:09:07");
        _cloud.Add(foreign, "10.9.9.9", "foreigner", mac: "fa:16:3e:00:09:09");
        _cloud.Neutron.Ignored.Add(filter);
        var alone = _cloud.Open(PortCloud.Patient with { LargestNetwork = 0 });
        var query = filter == "mac_address" ? PortCloud.OnNetworkByMac(network, "fa:16:3e:00:09:07")
            : filter == "fixed_ips" ? PortCloud.OnNetwork(network, "10.9.9.6")
            : PortCloud.OnRouter(router, "10.9.9.9");
        var failure = await _cloud.UnavailableAsync(query, alone);
        Assert.Contains("ports that were not asked for", failure.Message, StringComparison.Ordinal);
        Assert.Contains(filter, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_network_fetched_whole_is_not_believed_when_others_are_in_it()
    {
        var network = PortCloud.Id();
        _cloud.Add(network, "10.9.9.7", "guest");
        _cloud.Neutron.Ignored.Add("network_id");
        await _cloud.UnavailableAsync(PortCloud.OnNetwork(network, "10.0.0.70"));
        Assert.Equal(0, _cloud.Directory.PortsHeld);
    }

    [Fact]
    public async Task A_row_with_odd_members_harms_nobody_else()
    {
        var network = PortCloud.Id();
        var odd = _cloud.Add(network, "not an address", "odd", mac: "not a MAC");
        odd["fixed_ips"]!.AsArray().Add((JsonNode)new JsonObject { ["subnet_id"] = null, ["ip_address"] = null });
        _cloud.Add(network, "10.9.9.8", "bare")["fixed_ips"] = null;
        _cloud.Add(network, "10.9.9.7", "guest");
        Assert.Equal("guest", await _cloud.FindAsync(PortCloud.OnNetwork(network, "10.9.9.7")));
        Assert.Equal(1, _cloud.Requests);
    }
}
