using System.Net;
using Firstlight.Agent.Identify;
using Firstlight.Inventory;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Firstlight.Agent.Tests.Identify;

public sealed class ProxyHeadersTests
{
    private const string Network = "d6c53ac8-fff8-4ae6-8a36-a723a278dd47";
    private const string Router = "59242190-f73b-4396-b818-ed6d0c3aa9fe";

    [Theory]
    [InlineData("X-Forwarded-For=10.0.0.70 X-Neutron-Network-ID=" + Network, "network 10.0.0.70 as 10.0.0.70")]
    [InlineData("x-forwarded-for=10.0.0.70 x-neutron-router-id=" + Router, "router 10.0.0.70 as 10.0.0.70")]
    [InlineData("X_Forwarded_For=10.0.0.70 X_Neutron_NETWORK_ID=" + Network, "network 10.0.0.70 as 10.0.0.70")]
    [InlineData("X-Forwarded-For=10.0.0.70 X-Neutron-Network-ID= X-Neutron-Router-ID=" + Router, "router 10.0.0.70 as 10.0.0.70")]
    [InlineData("X-Forwarded-For=::ffff:10.1.1.21 X-Neutron-Router-ID=" + Router, "router 10.1.1.21 as ::ffff:10.1.1.21")]
    [InlineData("X-Forwarded-For=fd00:c::20 X-Neutron-Network-ID=D6C53AC8-FFF8-4AE6-8A36-A723A278DD47", "network fd00:c::20 as fd00:c::20")]
    [InlineData("X-Forwarded-For=FD00:C::20 X-Neutron-Network-ID=" + Network, "network fd00:c::20 as FD00:C::20")]
    [InlineData("X-Forwarded-For=fe80::f816:3eff:feb3:e838 X-Neutron-Network-ID=" + Network, "network FA163EB3E838 as fe80::f816:3eff:feb3:e838")]
    public void Address_and_scope_are_asked_for(string headers, string expected)
    {
        var (claim, caller) = Read(headers);

        Assert.Equal(ProxyClaim.Sound, claim);
        var query = Assert.NotNull(caller.Query);
        Assert.Equal(expected, $"{query.Scope.Kind.ToString().ToLowerInvariant()} {query.Mac?.ToString() ?? query.Address.ToString()} as {caller.ForwardedFor}");
        Assert.Contains(query.Scope.Id, (string[])[Network, Router]);
    }

    [Theory]
    [InlineData("X-Forwarded-For=10.0.0.70 X-Neutron-Network-ID=net-a")]
    [InlineData("X-Forwarded-For=10.0.0.70 X-Neutron-Network-ID=d6c53ac8fff84ae68a36a723a278dd47")]
    [InlineData("X-Forwarded-For=10.0.0.70 X-Neutron-Network-ID=+6c53ac8-fff8-4ae6-8a36-a723a278dd47")]
    [InlineData("X-Forwarded-For=10.0.0.70 X-Neutron-Network-ID=" + Network + "," + Network)]
    [InlineData("X-Forwarded-For=10.70 X-Neutron-Network-ID=" + Network)]
    [InlineData("X-Forwarded-For=010.000.000.070 X-Neutron-Network-ID=" + Network)]
    [InlineData("X-Forwarded-For=0x0a000046 X-Neutron-Network-ID=" + Network)]
    [InlineData("X-Forwarded-For=167772230 X-Neutron-Network-ID=" + Network)]
    [InlineData("X-Forwarded-For=fd00:000c:0:0:0:0:0:20 X-Neutron-Network-ID=" + Network)]
    [InlineData("X-Forwarded-For=fe80::a9fe:a9fe X-Neutron-Network-ID=" + Network)]
    [InlineData("X-Forwarded-For=fe80::1 X-Neutron-Network-ID=" + Network)]
    public void What_no_port_can_have_is_nobody_without_asking(string headers)
    {
        var (claim, caller) = Read(headers);

        Assert.Equal((ProxyClaim.Sound, null), (claim, caller.Query));
    }

    [Theory]
    [InlineData("X-Forwarded-For=10.0.0.70 X-Neutron-Network-ID=" + Network + " X-Neutron-Router-ID=" + Router, "TwoScopes")]
    [InlineData("X-Forwarded-For=10.0.0.70 X-Neutron-Network-ID=" + Network + " X_Neutron_Router_ID=" + Router, "TwoScopes")]
    [InlineData("X-Neutron-Network-ID=" + Network + " X-Neutron-Router-ID=x", "TwoScopes")]
    [InlineData("X-Forwarded-For=10.0.0.70", "NoScope")]
    [InlineData("X-Forwarded-For=10.0.0.70 X-Neutron-Network-ID= X-Neutron-Router-ID=", "NoScope")]
    [InlineData("X-Forwarded-For=10.0.0.70 X-Quantum-Network-ID=" + Network, "NoScope")]
    [InlineData("X-Forwarded-For=10.0.0.70 X-OVN-Network-ID=" + Network, "NoScope")]
    [InlineData("X-Neutron-Network-ID=" + Network, "BadAddress")]
    [InlineData("X-Forwarded-For= X-Neutron-Network-ID=" + Network, "BadAddress")]
    [InlineData("X-Forwarded-For=10.0.0.70,10.0.0.71 X-Neutron-Network-ID=" + Network, "BadAddress")]
    [InlineData("X-Forwarded-For=10.0.0.70 X_Forwarded_For=10.0.0.70 X-Neutron-Network-ID=" + Network, "BadAddress")]
    [InlineData("X-Forwarded-For=fe80::f816:3eff:feb3:e838%eth0 X-Neutron-Network-ID=" + Network, "BadAddress")]
    [InlineData("X-Forwarded-For=[fd00:c::20] X-Neutron-Network-ID=" + Network, "BadAddress")]
    [InlineData("X-Forwarded-For=fd00:c::20/64 X-Neutron-Network-ID=" + Network, "BadAddress")]
    [InlineData("X-Forwarded-For=10.0.0.70:80 X-Neutron-Network-ID=" + Network, "BadAddress")]
    [InlineData("X-Forwarded-For=unknown X-Neutron-Network-ID=" + Network, "BadAddress")]
    [InlineData("X-Forwarded-For=１０.0.0.70 X-Neutron-Network-ID=" + Network, "BadAddress")]
    public void Unclear_claim_is_refused(string headers, string expected)
    {
        var (claim, caller) = Read(headers);

        Assert.Equal((expected, null), (claim.ToString(), caller.Query));
    }

    [Fact]
    public void Header_sent_twice_is_joined_and_so_refused()
    {
        var headers = new HeaderDictionary { ["X-Forwarded-For"] = new StringValues(["10.0.0.70", "10.0.0.71"]), ["X-Neutron-Network-ID"] = Network };
        Assert.Equal(ProxyClaim.BadAddress, ProxyHeaders.Read(headers, acceptQuantumNames: false, out _));

        headers = new HeaderDictionary { ["X-Forwarded-For"] = "10.0.0.70", ["X-Neutron-Network-ID"] = new StringValues([Network, Network]) };
        Assert.Equal((ProxyClaim.Sound, null), (ProxyHeaders.Read(headers, acceptQuantumNames: false, out var caller), caller.Query));
    }

    [Theory]
    [InlineData("X-Quantum-Network-ID=" + Network, "network " + Network)]
    [InlineData("X-Quantum-Router-ID=" + Router, "router " + Router)]
    public void Names_from_before_havana_count_where_the_operator_says_so(string header, string scope)
    {
        Assert.Equal(ProxyClaim.Sound, ProxyHeaders.Read(Headers($"X-Forwarded-For=10.0.0.70 {header}"), acceptQuantumNames: true, out var caller));
        Assert.Equal(scope, caller.Query?.Scope.ToString());
    }

    [Fact]
    public void Whatever_is_sent_is_answered_and_only_a_literal_is_asked_for() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), text =>
        {
            var headers = new HeaderDictionary { ["X-Forwarded-For"] = text.Get, ["X-Neutron-Network-ID"] = Network };
            ProxyHeaders.Read(headers, acceptQuantumNames: false, out var caller);
            return caller.Query is null || IPAddress.TryParse(text.Get.Trim(), out _);
        }).QuickCheckThrowOnFailure();

    private static (ProxyClaim Claim, Caller Caller) Read(string headers) => (ProxyHeaders.Read(Headers(headers), acceptQuantumNames: false, out var caller), caller);

    private static HeaderDictionary Headers(string text)
    {
        var headers = new HeaderDictionary();
        foreach (var pair in text.Split(' ').Select(header => header.Split('=', 2))) headers[pair[0]] = pair[1];
        return headers;
    }
}
