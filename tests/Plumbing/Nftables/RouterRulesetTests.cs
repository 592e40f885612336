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
    public void Without_a_metadata_proxy_nothing_is_redirected_and_nothing_forwarded()
    {
        var rules = RouterRuleset.Render(Router with { MetadataProxy = false });

        Assert.DoesNotContain("redirect", rules, StringComparison.Ordinal);
        Assert.DoesNotContain("9697", rules, StringComparison.Ordinal);
        Assert.Contains("0x00000001 drop", rules, StringComparison.Ordinal);
    }
}
