using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Host;
using Firstlight.Inventory;
using Firstlight.Inventory.Own.Model;
using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Tests.Host;

public sealed class MetadataPathTests
{
    private static readonly HostOptions Defaults = new();
    private static readonly Subnet Four = new() { Id = "four", Name = "four", NetworkId = "net", Cidr = IPNetwork.Parse("10.0.0.64/26"), GatewayIp = IPAddress.Parse("10.0.0.126") };
    private static readonly Subnet Six = new() { Id = "six", Name = "six", NetworkId = "net", Cidr = IPNetwork.Parse("fd00::/64"), GatewayIp = IPAddress.Parse("fd00::1") };

    [Theory]
    [InlineData("10.0.0.126", false)]
    [InlineData("10.0.0.125", true)]
    [InlineData(null, true)]
    public void A_subnet_is_isolated_unless_a_router_has_its_very_gateway_address(string? routerAddress, bool isolated) =>
        Assert.Equal(isolated, MetadataPath.IsIsolated(View(Cloud([Four], routerAddress)), Four));

    [Fact]
    public void A_subnet_without_gateway_is_isolated_even_behind_a_router() =>
        Assert.True(MetadataPath.IsIsolated(View(Cloud([Four], "10.0.0.126")), Four with { GatewayIp = null }));

    [Theory]
    [InlineData(false, true, null, true)]
    [InlineData(false, true, "10.0.0.126", false)]
    [InlineData(true, false, "10.0.0.126", true)]
    [InlineData(false, false, null, false)]
    public void A_network_has_a_listener_when_forced_or_when_a_subnet_is_isolated(bool force, bool isolatedMetadata, string? routerAddress, bool wanted) =>
        Assert.Equal(wanted, MetadataPath.IsProxyWanted(View(Cloud([Four], routerAddress)), new HostOptions { ForceMetadata = force, EnableIsolatedMetadata = isolatedMetadata }));

    [Fact]
    public void Without_a_dhcp_subnet_even_force_gives_no_listener() =>
        Assert.False(MetadataPath.IsProxyWanted(View(Cloud([Four with { EnableDhcp = false }])), new HostOptions { ForceMetadata = true }));

    [Fact]
    public void An_isolated_subnet_without_dhcp_counts_for_nothing() =>
        Assert.False(MetadataPath.IsProxyWanted(View(Cloud([Four, Six with { EnableDhcp = false }], "10.0.0.126")), Defaults));

    [Theory]
    [InlineData(true, false, "10.0.0.126", "10.0.0.65")]
    [InlineData(false, true, null, "10.0.0.65")]
    [InlineData(false, true, "10.0.0.126", "10.0.0.126")]
    [InlineData(false, false, "10.0.0.126", "10.0.0.126")]
    [InlineData(false, false, null, null)]
    public void The_route_to_metadata_leads_to_dhcp_when_it_listens_for_the_subnet_else_to_its_router(bool force, bool isolatedMetadata, string? routerAddress, string? nextHop) =>
        Assert.Equal(nextHop, MetadataPath.NextHop(View(Cloud([Four], routerAddress)), Four, new HostOptions { ForceMetadata = force, EnableIsolatedMetadata = isolatedMetadata })?.ToString());

    [Fact]
    public void Listeners_of_an_isolated_network_stand_on_both_addresses_in_its_dhcp_namespace() => Assert.Equal(
        [
            new WantedListener(ScopeKind.Network, "net", "qdhcp-net", IPAddress.Parse("169.254.169.254"), 80, null),
            new WantedListener(ScopeKind.Network, "net", "qdhcp-net", IPAddress.Parse("fe80::a9fe:a9fe"), 80, "ns-dhcp-port-0"),
        ],
        MetadataPath.Listeners(Cloud([Four, Six]), Defaults));

    [Fact]
    public void A_routed_network_is_served_by_its_router_on_every_address_of_its_namespace() => Assert.Equal(
        [
            new WantedListener(ScopeKind.Router, "router", "qrouter-router", IPAddress.Any, 9697, null),
            new WantedListener(ScopeKind.Router, "router", "qrouter-router", IPAddress.IPv6Any, 9697, null),
        ],
        MetadataPath.Listeners(Cloud([Four], "10.0.0.126"), Defaults));

    [Fact]
    public void Routers_without_metadata_proxy_have_no_listener() =>
        Assert.Empty(MetadataPath.Listeners(Cloud([Four], "10.0.0.126"), new HostOptions { EnableMetadataProxy = false }));

    [Theory]
    [InlineData(false, "10.0.0.126")]
    [InlineData(true, "10.0.0.126")]
    [InlineData(false, null)]
    public void Haproxy_stands_exactly_where_a_listener_would_and_no_listener_beside_it(bool force, string? routerAddress)
    {
        var cloud = Cloud([Four, Six], routerAddress);
        var builtin = new HostOptions { ForceMetadata = force };
        var haproxy = builtin with { Haproxy = new WantedProxy { SocketPath = "/run/proxy" } };

        var wanted = HostWanted.From(cloud, haproxy);

        Assert.Empty(MetadataPath.Listeners(cloud, haproxy));
        Assert.Equal(
            MetadataPath.Listeners(cloud, builtin).Select(l => l.Id).Distinct(),
            wanted.Networks.Where(n => n.Proxy is not null).Select(n => n.Id).Concat(wanted.Routers.Where(r => r.Proxy is not null).Select(r => r.Id)));
        Assert.All(HostWanted.From(cloud, builtin).Networks, n => Assert.Null(n.Proxy));
        Assert.All(HostWanted.From(cloud, builtin).Routers, r => Assert.Null(r.Proxy));
    }

    [Fact]
    public void Routers_without_metadata_proxy_have_no_haproxy_either() =>
        Assert.Null(HostWanted.From(Cloud([Four], "10.0.0.126"), new HostOptions { EnableMetadataProxy = false, Haproxy = new WantedProxy { SocketPath = "/run/proxy" } }).Routers[0].Proxy);

    [Theory]
    [InlineData(false, false, true)]
    [InlineData(true, true, false)]
    public void The_shared_ipv6_address_is_answered_for_by_dhcp_or_else_by_the_router(bool force, bool atDhcp, bool atRouter)
    {
        var cloud = Cloud([Four, Six], "10.0.0.126", "fd00::1");
        var wanted = HostWanted.From(cloud, new HostOptions { ForceMetadata = force });

        Assert.Equal(atDhcp, wanted.Networks[0].Dhcp!.MetadataV6);
        Assert.Equal(atRouter, wanted.Routers[0].Interfaces[0].MetadataV6);
    }

    private static NetworkView View(Cloud cloud) => NetworkView.All(cloud).Single();

    private static Cloud Cloud(Subnet[] subnets, params string?[] routerAddresses)
    {
        var dhcp = new Port
        {
            Id = "dhcp-port-01", NetworkId = "net", ProjectId = "", Mac = PhysicalAddress.Parse("fa163e000001"), DeviceId = "dhcp", DeviceOwner = DeviceOwners.Dhcp,
            FixedIps = [new FixedIp("four", IPAddress.Parse("10.0.0.65"))],
        };
        FixedIp[] legs = [.. routerAddresses.OfType<string>().Select(IPAddress.Parse).Select(a => new FixedIp(a.GetAddressBytes().Length == 4 ? "four" : "six", a))];
        var router = new Port
        {
            Id = "router-port", NetworkId = "net", ProjectId = "", Mac = PhysicalAddress.Parse("fa163e000002"), DeviceId = "router", DeviceOwner = DeviceOwners.RouterInterface,
            FixedIps = [.. legs],
        };
        return new Cloud
        {
            Networks = ImmutableDictionary<string, Network>.Empty.Add("net", new Network { Id = "net", Name = "net", ProjectId = "" }),
            Subnets = subnets.ToImmutableDictionary(s => s.Id),
            Ports = (legs.Length == 0 ? [dhcp] : new[] { dhcp, router }).ToImmutableDictionary(p => p.Id),
            Routers = legs.Length == 0 ? ImmutableDictionary<string, Router>.Empty : ImmutableDictionary<string, Router>.Empty.Add("router", new Router { Id = "router", Name = "r", ProjectId = "" }),
        };
    }
}
