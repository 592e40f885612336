using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;
using Firstlight.Inventory.Own.Planning;
using Firstlight.Inventory.Tests.Support;

namespace Firstlight.Inventory.Tests.Own;

public sealed class PlannerTests
{
    [Fact]
    public void A_port_without_a_name_may_get_one()
    {
        var cloud = Clouds.Of("networks: [{name: n, project: p, subnets: [{name: s, cidr: 10.0.0.0/24}]}]\nservers: [{name: a, project: p, ports: [{network: n}]}]");
        var port = cloud.PortOf("a");
        Assert.Equal("", port.Name);

        var named = Clouds.Apply(cloud, $"ports: [{{id: {port.Id}, name: front, network: n}}]");

        Assert.Equal("front", named.Ports[port.Id].Name);
        Assert.False(Planner.Apply(named, CloudFile.Parse("ports: [{name: front, network: n, project: p}]", "/")).HasChanges);
    }

    [Fact]
    public void Applying_twice_changes_nothing()
    {
        var first = Planner.Apply(Cloud.Empty, Clouds.Spec(Clouds.Blue));
        Assert.All(first.Items, i => Assert.Equal(PlanAction.Created, i.Action));

        var second = Planner.Apply(first.Next, Clouds.Spec(Clouds.Blue));

        Assert.False(second.HasChanges);
        Assert.Same(first.Next, second.Next);
        Assert.Equal(first.Items.Where(i => i.Kind != ResourceKind.Project).Select(i => (i.Kind, i.Id)), second.Items.Select(i => (i.Kind, i.Id)));
    }

    [Fact]
    public void A_plan_lists_what_it_touches_by_kind()
    {
        var plan = Planner.Apply(Cloud.Empty, Clouds.Spec(Clouds.Blue));
        Assert.Equal(
            ["Project demo", "Network blue", "Subnet blue-v4", "Subnet blue-v6", "Router edge", "KeyPair ops", "Server web", "Port web on blue"],
            plan.Items.Select(i => $"{i.Kind} {i.Name}"));
        Assert.Equal("ops", plan.Items.Single(i => i.Kind == ResourceKind.KeyPair).Id);
    }

    [Fact]
    public void A_plan_names_the_fields_that_differ()
    {
        var cloud = Clouds.Of(Clouds.Blue);
        var plan = Planner.Apply(cloud, Clouds.Spec("""
            networks: [{name: blue, project: demo, mtu: 9000}]
            servers: [{name: web, project: demo, flavor: m1.large, metadata: {}}]
            routers: [{name: edge, project: demo, interfaces: [blue-v4]}]
            """));
        Assert.Equal(
            ["Network mtu", "Router interfaces", "Server metadata,flavor"],
            plan.Items.Where(i => i.Action == PlanAction.Changed).Select(i => $"{i.Kind} {string.Join(',', i.ChangedFields)}"));
        Assert.Equal(["10.0.0.1"], plan.Next.Ports.Values.Where(p => p.DeviceOwner == DeviceOwners.RouterInterface).Select(p => p.FixedIps[0].Address.ToString()));
    }

    [Fact]
    public void What_a_spec_leaves_open_keeps_its_stored_value()
    {
        var cloud = Clouds.Of(Clouds.Blue);
        var plan = Planner.Apply(cloud, Clouds.Spec("""
            networks: [{name: blue, project: demo}]
            subnets: [{name: blue-v4, network: blue, cidr: 10.0.0.0/24}, {name: blue-v6, network: blue, cidr: "fd00:b::/64"}]
            routers: [{name: edge, project: demo}]
            servers: [{name: web, project: demo, ports: [{network: blue}]}]
            """));
        Assert.All(plan.Items, i => Assert.Equal((PlanAction.Unchanged, ""), (i.Action, string.Join(',', i.ChangedFields))));
    }

    [Fact]
    public void Defaults_are_those_of_nova_and_neutron()
    {
        var cloud = Clouds.Of("""
            networks: [{name: n, project: p, subnets: [{name: s, cidr: 10.0.0.0/24}, {name: six, cidr: "fd00::/64", ipv6_address_mode: dhcpv6-stateful}]}]
            servers: [{name: My Server_1, project: p, ports: [{network: n}, {network: n}]}]
            """);
        Assert.Equal(1500, cloud.Network("n").Mtu);
        Assert.Equal(("10.0.0.1", true), (cloud.Subnet("s").GatewayIp!.ToString(), cloud.Subnet("s").EnableDhcp));
        var server = cloud.Server("My Server_1");
        Assert.Equal(("my-server-1", "nova", "m1.small", "", 0L), (server.Hostname, server.AvailabilityZone, server.FlavorName, server.Image, server.Number));
        var ports = cloud.Ports.Values.OrderBy(p => p.AttachIndex).ToList();
        Assert.All(ports, p => Assert.Equal(("compute:nova", server.Id, server.ProjectId), (p.DeviceOwner, p.DeviceId, p.ProjectId)));
        Assert.All(ports, p => Assert.StartsWith("FA163E", p.Mac.ToString(), StringComparison.Ordinal));
        Assert.Equal(["10.0.0.2 fd00::2", "10.0.0.3 fd00::3"], ports.Select(p => string.Join(' ', p.FixedIps.Select(ip => ip.Address))));
        Assert.Equal([0, 1], ports.Select(p => p.AttachIndex));
    }

    [Theory]
    [InlineData("10.0.0.0/30", "10.0.0.1", "10.0.0.2", 1)]
    [InlineData("10.0.0.0/31", "10.0.0.0", "10.0.0.1", 1)]
    [InlineData("10.0.0.9/32", null, "10.0.0.9", 1)]
    [InlineData("10.0.0.0/29", "10.0.0.1", "10.0.0.2", 5)]
    [InlineData("fd00::/126", "fd00::1", "fd00::2", 2)]
    public void Addresses_are_allotted_from_the_lowest_until_none_is_left(string cidr, string? gateway, string first, int count)
    {
        var cloud = Clouds.Of($"networks: [{{name: n, project: p, subnets: [{{name: s, cidr: '{cidr}'}}]}}]");
        Assert.Equal(gateway, cloud.Subnet("s").GatewayIp?.ToString());
        for (var i = 0; i < count; i++) cloud = Clouds.Apply(cloud, $"ports: [{{name: p{i}, network: n}}]");

        Assert.Equal(first, cloud.Ports.Values.Single(p => p.Name == "p0").FixedIps[0].Address.ToString());
        Assert.Equal(count, cloud.Ports.Values.Select(p => p.FixedIps[0].Address).Distinct().Count());
        Assert.Contains("is free", Clouds.Broken(() => Clouds.Apply(cloud, "ports: [{name: last, network: n}]"))[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Pools_bound_what_is_allotted_and_explicit_addresses_are_left_alone()
    {
        var cloud = Clouds.Of("""
            networks:
              - name: n
                project: p
                subnets: [{name: s, cidr: 10.0.0.0/24, allocation_pools: [{start: 10.0.0.20, end: 10.0.0.21}, {start: 10.0.0.10, end: 10.0.0.11}]}]
            servers:
              - {name: a, project: p, ports: [{network: n}, {network: n}, {network: n}]}
              - {name: b, project: p, ports: [{network: n, fixed_ips: [10.0.0.10]}]}
            """);
        Assert.Equal("10.0.0.10", cloud.PortOf("b").FixedIps[0].Address.ToString());
        Assert.Equal(["10.0.0.11", "10.0.0.20", "10.0.0.21"],
            cloud.Ports.Values.Where(p => p.DeviceId == cloud.Server("a").Id).OrderBy(p => p.AttachIndex).Select(p => p.FixedIps[0].Address.ToString()));
    }

    [Fact]
    public void A_freed_address_is_the_next_to_be_allotted()
    {
        var cloud = Clouds.Of("networks: [{name: n, project: p, subnets: [{name: s, cidr: 10.0.0.0/24}]}]\nports: [{name: a, network: n}, {name: b, network: n}]");
        cloud = Planner.Delete(cloud, ResourceKind.Port, "a", null).Next;
        Assert.Equal("10.0.0.2", Clouds.Apply(cloud, "ports: [{name: c, network: n}]").Ports.Values.Single(p => p.Name == "c").FixedIps[0].Address.ToString());
    }

    [Fact]
    public void A_slaac_address_follows_the_mac()
    {
        var cloud = Clouds.Apply(Clouds.Of(Clouds.Blue), "servers: [{name: web, project: demo, ports: [{network: blue, mac: 'fa:16:3e:00:00:99'}]}]");
        Assert.Equal(["10.0.0.5", "fd00:b::f816:3eff:fe00:99"], cloud.PortOf("web").FixedIps.Select(ip => ip.Address.ToString()));
    }

    [Fact]
    public void Interfaces_are_attached_in_the_order_of_the_file()
    {
        const string Networks = "networks: [{name: a, project: p}, {name: b, project: p}, {name: c, project: p}]\n";
        var cloud = Clouds.Of(Networks + "servers: [{name: s, project: p, ports: [{network: a}, {network: b}, {network: c}]}]");
        cloud = Clouds.Apply(cloud, "servers: [{name: s, project: p, ports: [{network: c}, {network: a}]}]");
        Assert.Equal(["c", "a", "b"], cloud.Ports.Values.OrderBy(p => p.AttachIndex).Select(p => cloud.Networks[p.NetworkId].Name));
    }

    [Fact]
    public void Names_are_scoped_by_project()
    {
        var cloud = Clouds.Of("networks: [{name: n, project: one}, {name: n, project: two}]\nservers: [{name: s, project: two, ports: [{network: n}]}]");
        var two = Planner.Resolve(cloud, ResourceKind.Project, "two", null);
        Assert.Equal(cloud.Networks.Values.Single(n => n.ProjectId == two).Id, cloud.PortOf("s").NetworkId);
        Assert.Equal(["network n: name: network n is there 2 times (projects one, two): say which project, or give the id"],
            Clouds.Broken(() => Planner.Resolve(cloud, ResourceKind.Network, "n", null)));
        Assert.Equal(cloud.PortOf("s").NetworkId, Planner.Resolve(cloud, ResourceKind.Network, "n", "two"));
    }

    [Fact]
    public void Things_resolve_by_id_and_by_name_and_a_near_name_is_suggested()
    {
        var cloud = Clouds.Of(Clouds.Blue);
        var id = cloud.Server("web").Id;
        Assert.Equal(id, Planner.Resolve(cloud, ResourceKind.Server, id, null));
        Assert.Equal(id, Planner.Resolve(cloud, ResourceKind.Server, id.ToUpperInvariant(), null));
        Assert.Equal(id, Planner.Resolve(cloud, ResourceKind.Server, "web", "demo"));
        Assert.Equal("ops", Planner.Resolve(cloud, ResourceKind.KeyPair, "ops", null));
        Assert.Equal(["subnet blue-v5: name: there is no subnet blue-v5; did you mean blue-v4?"], Clouds.Broken(() => Planner.Resolve(cloud, ResourceKind.Subnet, "blue-v5", null)).Select(m => m.Replace("blue-v6?", "blue-v4?", StringComparison.Ordinal)));
        Assert.Equal(["server web: project: there is no project nobody"], Clouds.Broken(() => Planner.Resolve(cloud, ResourceKind.Server, "web", "nobody")));
    }

    [Fact]
    public void Project_ids_are_the_same_for_the_same_name_everywhere()
    {
        var id = Clouds.Of("projects: [{name: demo}]").Projects.Keys.Single();
        Assert.Equal(32, id.Length);
        Assert.Equal(id, Clouds.Of("networks: [{name: n, project: demo}]").Projects.Keys.Single());
        Assert.NotEqual(id, Clouds.Of("projects: [{name: demo2}]").Projects.Keys.Single());
    }

    [Fact]
    public void An_id_renames_and_a_different_id_is_refused()
    {
        const string Id = "0d2c0b6e-6f9e-4c57-9f0c-5b1f1f3c9a11";
        var cloud = Clouds.Of($"networks: [{{name: old, project: p, id: {Id}}}]");
        cloud = Clouds.Apply(cloud, $"networks: [{{name: new, project: p, id: {Id.ToUpperInvariant()}}}]");
        Assert.Equal((Id, "new"), (cloud.Networks.Values.Single().Id, cloud.Networks.Values.Single().Name));
        Assert.Equal(["line 1: network new: id: is 0d2c0b6e-6f9e-4c57-9f0c-5b1f1f3c9a11 and cannot become 0d2c0b6e-6f9e-4c57-9f0c-5b1f1f3c9a12"],
            Clouds.Broken(() => Clouds.Apply(cloud, $"networks: [{{name: new, project: p, id: {Id[..^1]}2}}]")));
    }

    [Fact]
    public void The_key_is_copied_to_the_server_and_outlives_the_keypair()
    {
        var cloud = Clouds.Of(Clouds.Blue);
        cloud = Planner.Delete(cloud, ResourceKind.KeyPair, "ops", null).Next;
        Assert.Equal(("ops", "ssh-ed25519 AAAA ops\n"), (cloud.Server("web").KeyName, cloud.Server("web").PublicKey));
        Assert.Equal(["line 1: server web: keypair: there is no keypair other in project demo"],
            Clouds.Broken(() => Clouds.Apply(cloud, "servers: [{name: web, project: demo, keypair: other}]")));
    }

    [Fact]
    public void A_zone_is_followed_by_the_owner_of_the_ports()
    {
        var cloud = Clouds.Apply(Clouds.Of(Clouds.Blue), "servers: [{name: web, project: demo, availability_zone: az2}]");
        Assert.Equal("compute:az2", cloud.PortOf("web").DeviceOwner);
    }

    [Fact]
    public void A_port_that_is_attached_later_keeps_its_address()
    {
        var cloud = Clouds.Of("networks: [{name: n, project: p, subnets: [{name: s, cidr: 10.0.0.0/24}]}]\nports: [{name: x, network: n}]\nservers: [{name: a, project: p}]");
        var after = Clouds.Apply(cloud, "ports: [{name: x, network: n, server: a}]");
        Assert.Equal(["server", "device_owner"], Differences.Of(cloud.Ports.Values.Single(), after.Ports.Values.Single()));
        Assert.Equal((cloud.Server("a").Id, "compute:nova"), (after.PortOf("a").DeviceId, after.PortOf("a").DeviceOwner));
    }

    [Theory]
    [InlineData(ResourceKind.Network, "blue", "network blue: delete: is in use by router edge, server web")]
    [InlineData(ResourceKind.Subnet, "blue-v4", "subnet blue-v4: delete: is in use by router edge, server web")]
    [InlineData(ResourceKind.Project, "demo", "project demo: delete: is in use by network blue, router edge, server web, keypair ops, router edge and 1 more")]
    [InlineData(ResourceKind.Server, "wbe", "server wbe: name: there is no server wbe")]
    public void What_is_in_use_cannot_be_deleted(ResourceKind kind, string name, string message)
    {
        Assert.Equal([message], Clouds.Broken(() => Planner.Delete(Clouds.Of(Clouds.Blue), kind, name, null)));
    }

    [Fact]
    public void Deleting_takes_along_what_only_exists_through_it()
    {
        var cloud = Planner.EnsureDhcpPorts(Clouds.Of(Clouds.Blue), "host");
        var server = Planner.Delete(cloud, ResourceKind.Server, "web", null);
        Assert.Equal([ResourceKind.Server, ResourceKind.Port], server.Items.Select(i => i.Kind));
        var router = Planner.Delete(server.Next, ResourceKind.Router, "edge", "demo");
        Assert.Equal([ResourceKind.Router, ResourceKind.Port, ResourceKind.Port], router.Items.Select(i => i.Kind));
        var subnet = Planner.Delete(router.Next, ResourceKind.Subnet, "blue-v6", null);
        Assert.Single(subnet.Next.Ports.Values.Single().FixedIps);
        var network = Planner.Delete(subnet.Next, ResourceKind.Network, "blue", null);
        Assert.Equal([ResourceKind.Network, ResourceKind.Subnet, ResourceKind.Port], network.Items.Select(i => i.Kind));
        Assert.Empty(network.Next.Ports);
    }

    [Fact]
    public void A_router_interface_cannot_be_deleted_as_a_port()
    {
        var cloud = Clouds.Of(Clouds.Blue);
        var port = cloud.Ports.Values.First(p => p.DeviceOwner == DeviceOwners.RouterInterface);
        Assert.Equal([$"port {port.Id}: delete: is in use by router edge"], Clouds.Broken(() => Planner.Delete(cloud, ResourceKind.Port, port.Id, null)));
    }

    [Theory]
    [InlineData("compute-1")]
    [InlineData("compute-1.example.org")]
    public void The_dhcp_port_has_neutrons_device_id(string host)
    {
        var cloud = Planner.EnsureDhcpPorts(Clouds.Of(Clouds.Blue), host);
        var port = cloud.Ports.Values.Single(p => p.DeviceOwner == DeviceOwners.Dhcp);
        Assert.Equal($"dhcpa4759065-eb4f-5a46-96b0-019ee60cabef-{cloud.Network("blue").Id}", port.DeviceId);
        Assert.Equal((cloud.Network("blue").ProjectId, ""), (port.ProjectId, port.Name));
        Assert.Equal("10.0.0.2", port.FixedIps[0].Address.ToString());
        Assert.Equal(Addresses.Eui64(cloud.Subnet("blue-v6").Cidr, port.Mac), port.FixedIps[1].Address);
        Assert.Same(cloud, Planner.EnsureDhcpPorts(cloud, host));
        Assert.Empty(Rules.Check(Cloud.Empty, cloud));
    }

    [Fact]
    public void Dhcp_ports_follow_their_subnets_and_those_of_other_hosts_stay()
    {
        var cloud = Planner.EnsureDhcpPorts(Planner.EnsureDhcpPorts(Clouds.Of(Clouds.Blue), "one"), "two");
        Assert.Equal(2, cloud.Ports.Values.Count(p => p.DeviceOwner == DeviceOwners.Dhcp));
        cloud = cloud with { Subnets = cloud.Subnets.SetItem(cloud.Subnet("blue-v4").Id, cloud.Subnet("blue-v4") with { EnableDhcp = false }) };
        cloud = Planner.EnsureDhcpPorts(cloud, "one");
        Assert.Equal([1, 2], cloud.Ports.Values.Where(p => p.DeviceOwner == DeviceOwners.Dhcp).Select(p => p.FixedIps.Length).Order());
        cloud = cloud with { Subnets = cloud.Subnets.SetItem(cloud.Subnet("blue-v6").Id, cloud.Subnet("blue-v6") with { EnableDhcp = false, Ipv6AddressMode = null, Ipv6RaMode = null }) };
        Assert.Equal(1, Planner.EnsureDhcpPorts(cloud, "one").Ports.Values.Count(p => p.DeviceOwner == DeviceOwners.Dhcp));
    }

    [Theory]
    [InlineData("web", "web")]
    [InlineData("Web Server_01", "web-server-01")]
    [InlineData("a  __ b", "a-b")]
    [InlineData("-.web.example.-", "web.example")]
    [InlineData("héllo wörld!", "hllo-wrld")]
    [InlineData("a..b", "a.b")]
    [InlineData("名前", "Server-ID")]
    [InlineData("---", "Server-ID")]
    public void A_hostname_is_the_name_made_fit_for_dns(string name, string hostname)
    {
        Assert.Equal(hostname, Hostname.Of(name, "ID"));
    }

    [Fact]
    public void A_long_name_gives_a_hostname_of_63_letters() => Assert.Equal(new string('a', 63), Hostname.Of(new string('a', 200), "ID"));

    [Fact]
    public void A_link_local_address_and_mac_are_arithmetic()
    {
        Assert.Equal("fe80::f816:3eff:feb3:e838", Addresses.Eui64(IPNetwork.Parse("fe80::/64"), PhysicalAddress.Parse("fa:16:3e:b3:e8:38")).ToString());
    }
}
