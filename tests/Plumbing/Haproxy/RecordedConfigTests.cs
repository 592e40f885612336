using System.Net.NetworkInformation;
using Firstlight.Plumbing.Haproxy;
using Firstlight.Plumbing.Reconcile;
using Firstlight.Plumbing.Tests.Support;

namespace Firstlight.Plumbing.Tests.Haproxy;

public sealed class RecordedConfigTests
{
    private const string Router = "59242190-f73b-4396-b818-ed6d0c3aa9fe";
    private static readonly WantedProxy Zed = new() { SocketPath = "LAB_DIR/state/neutron/metadata_proxy", NeutronRelease = 21 };

    public static TheoryData<string> Networks => [.. RecordedCloud.Networks];

    [Theory]
    [MemberData(nameof(Networks))]
    public void Of_a_network_it_equals_the_one_Neutron_wrote_to_the_byte(string id)
    {
        var network = RecordedCloud.Network(id);

        // Neutron 21 puts fe80::a9fe:a9fe on every DHCP port, with an IPv6 subnet or without.
        var text = HaproxyConfig.Render(Zed, HaproxyScope.Of(network, network.Dhcp! with { MetadataV6 = true }), PidFile(id));

        Assert.Equal(RecordedCloud.Haproxy($"qdhcp-{id}"), text);
    }

    [Fact]
    public void Of_a_router_it_equals_the_one_Neutron_wrote_to_the_byte() => Assert.Equal(
        RecordedCloud.Haproxy($"qrouter-{Router}"), HaproxyConfig.Render(Zed, HaproxyScope.Of(new WantedRouter { Id = Router }), PidFile(Router)));

    [Fact]
    public void Newer_releases_add_two_threads_and_then_brackets()
    {
        var network = new WantedNetwork { Id = "net" };
        var scope = HaproxyScope.Of(network, new WantedDhcp { PortId = "12345678-123", Mac = PhysicalAddress.None, MetadataV6 = true });

        string Lines(int release) => HaproxyConfig.Render(Zed with { NeutronRelease = release }, scope, "/pid");

        Assert.DoesNotContain("nbthread", Lines(26), StringComparison.Ordinal);
        Assert.Contains("    maxconn     1024\n    nbthread    2\n    pidfile     /pid\n", Lines(27), StringComparison.Ordinal);
        Assert.Contains("    bind fe80::a9fe:a9fe:80 interface ns-12345678-12\n", Lines(28), StringComparison.Ordinal);
        Assert.Contains("    bind [fe80::a9fe:a9fe]:80 interface ns-12345678-12\n", Lines(29), StringComparison.Ordinal);
    }

    [Fact]
    public void Accounts_given_as_numbers_are_told_as_numbers()
    {
        var text = HaproxyConfig.Render(Zed with { User = "1234", Group = "neutron" }, HaproxyScope.Of(new WantedRouter { Id = Router }), "/pid");

        Assert.Contains("    uid         1234\n    group       neutron\n", text, StringComparison.Ordinal);
    }

    private static string PidFile(string id) => $"LAB_DIR/state/neutron/external/pids/{id}.pid.haproxy";
}
