using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Plumbing.Nftables;
using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Plumbing.Tests.Nftables;

public sealed class RouterRulesetTests
{
    private static readonly WantedRouter Router = new() { Id = "r" };

    [Fact]
    public void Rules_are_one_transaction_that_replaces_the_table() => Assert.Equal(
        """
        table inet firstlight
        delete table inet firstlight
        table inet firstlight {
        	chain metadata_mark {
        		type filter hook prerouting priority mangle; policy accept;
        		iifname "qr-*" ip daddr 169.254.169.254 tcp dport 80 meta mark set meta mark and 0xffff0000 or 0x00000001
        		iifname "qr-*" ip6 daddr fe80::a9fe:a9fe tcp dport 80 meta mark set meta mark and 0xffff0000 or 0x00000001
        	}
        	chain metadata_redirect {
        		type nat hook prerouting priority dstnat; policy accept;
        		iifname "qr-*" ip daddr 169.254.169.254 tcp dport 80 redirect to :9697
        		iifname "qr-*" ip6 daddr fe80::a9fe:a9fe tcp dport 80 redirect to :9697
        	}
        	chain metadata_input {
        		type filter hook input priority filter; policy accept;
        		meta mark and 0x0000ffff == 0x00000001 accept
        		tcp dport 9697 drop
        		iifname "qr-*" udp dport 547 drop
        	}
        	chain metadata_forward {
        		type filter hook forward priority filter; policy accept;
        		meta mark and 0x0000ffff == 0x00000001 drop
        	}
        }

        """,
        RouterRuleset.Render(Router));

    [Fact]
    public void A_gateway_adds_its_own_chains()
    {
        var gateway = new WantedGateway
        {
            PortId = "ba77b154-3c00", NetworkId = "n", Mac = PhysicalAddress.None, Addresses = [new InterfaceAddress(IPAddress.Parse("203.0.113.100"), 24)],
            FloatingIps = [new WantedFloatingIp(IPAddress.Parse("203.0.113.20"), IPAddress.Parse("10.1.1.20"))],
        };

        var rules = RouterRuleset.Render(Router with { Gateway = gateway });

        Assert.Equal(
            """
            	chain outside_mark {
            		type filter hook prerouting priority mangle; policy accept;
            		iifname "qg-ba77b154-3c" meta mark set meta mark and 0xffff0000 or 0x00000002
            	}
            	chain floating_destination {
            		type nat hook prerouting priority dstnat; policy accept;
            		dnat ip to ip daddr map { 203.0.113.20 : 10.1.1.20 }
            	}
            	chain floating_destination_own {
            		type nat hook output priority -100; policy accept;
            		dnat ip to ip daddr map { 203.0.113.20 : 10.1.1.20 }
            	}
            	chain outside_source {
            		type nat hook postrouting priority srcnat; policy accept;
            		oifname != "qg-ba77b154-3c" ct status & dnat == 0 accept
            		snat ip to ip saddr map { 10.1.1.20 : 203.0.113.20 } fully-random
            		oifname "qg-ba77b154-3c" snat ip to 203.0.113.100 fully-random
            		meta mark and 0x0000ffff != 0x00000002 ct status dnat snat ip to 203.0.113.100 fully-random
            	}
            	chain outside_forward {
            		type filter hook forward priority filter; policy accept;
            		ip daddr 169.254.0.0/16 drop
            		ct status dnat ct original ip daddr . ct reply ip saddr != { 203.0.113.20 . 10.1.1.20 } drop
            		ct status snat ct reply ip daddr != 203.0.113.100 ct original ip saddr . ct reply ip daddr != { 10.1.1.20 . 203.0.113.20 } drop
            	}
            }

            """,
            rules[rules.IndexOf("\tchain outside_mark", StringComparison.Ordinal)..]);
    }

    [Fact]
    public void What_comes_from_outside_never_has_the_mark_of_metadata_packets()
    {
        var gateway = new WantedGateway { PortId = "g", NetworkId = "n", Mac = PhysicalAddress.None };

        Assert.Contains("iifname \"qg-g\" meta mark set meta mark and 0xffff0000 or 0x00000001", RouterRuleset.Render(Router with { MetadataMark = 2, Gateway = gateway }), StringComparison.Ordinal);
        Assert.DoesNotContain("snat", RouterRuleset.Render(Router with { Gateway = gateway }), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_metadata_proxy_nothing_is_redirected_and_nothing_forwarded()
    {
        var rules = RouterRuleset.Render(Router with { MetadataProxy = false });

        Assert.DoesNotContain("redirect", rules, StringComparison.Ordinal);
        Assert.DoesNotContain("9697", rules, StringComparison.Ordinal);
        Assert.Contains("0x00000001 drop", rules, StringComparison.Ordinal);
    }
}
