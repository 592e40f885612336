using Firstlight.Agent.Discover;
using Firstlight.Inventory;

namespace Firstlight.Agent.Tests.Discover;

public sealed class NamespaceNameTests
{
    private const string Id = "69015242-f814-43cd-8e73-ba7ac0bd99ef";

    [Theory]
    [InlineData("qdhcp-", NeutronNamespaceKinds.Dhcp, ScopeKind.Network)]
    [InlineData("ovnmeta-", NeutronNamespaceKinds.OvnMetadata, ScopeKind.Network)]
    [InlineData("qrouter-", NeutronNamespaceKinds.Router, ScopeKind.Router)]
    public void Name_says_kind_and_scope(string prefix, NeutronNamespaceKinds kind, ScopeKind scope)
    {
        Assert.True(NamespaceName.TryParse(prefix + Id, out var found, out var foundScope));
        Assert.Equal((kind, new Scope(scope, Id)), (found, foundScope));
    }

    [Theory]
    [InlineData("qdhcp-")]
    [InlineData("qdhcp-test")]
    [InlineData("qdhcp-69015242f81443cd8e73ba7ac0bd99ef")]
    [InlineData("qdhcp-69015242-F814-43CD-8E73-BA7AC0BD99EF")]
    [InlineData("qdhcp-{69015242-f814-43cd-8e73-ba7ac0bd99ef}")]
    [InlineData("qdhcp-69015242-f814-43cd-8e73-ba7ac0bd99ef ")]
    [InlineData("qdhcp-69015242-f814-43cd-8e73-ba7ac0bd99ef-old")]
    [InlineData("Qdhcp-69015242-f814-43cd-8e73-ba7ac0bd99ef")]
    [InlineData("snat-69015242-f814-43cd-8e73-ba7ac0bd99ef")]
    [InlineData("fip-69015242-f814-43cd-8e73-ba7ac0bd99ef")]
    [InlineData("69015242-f814-43cd-8e73-ba7ac0bd99ef")]
    public void Other_names_are_not_ours(string name) => Assert.False(NamespaceName.TryParse(name, out _, out _));
}
