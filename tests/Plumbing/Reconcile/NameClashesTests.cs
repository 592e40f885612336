using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Plumbing.Tests.Reconcile;

public sealed class NameClashesTests
{
    private static readonly WantedNetwork First = new() { Id = "12345678-12-one" };

    [Fact]
    public void A_network_that_would_share_a_bridge_with_another_is_refused() => Assert.Equal(
        "brq12345678-12 would be the device of both 12345678-12-one and 12345678-12-two",
        Assert.Single(NameClashes.Find(new WantedHost([First, new WantedNetwork { Id = "12345678-12-two" }], []))).Value);

    [Fact]
    public void Networks_with_names_of_their_own_are_not_refused() =>
        Assert.Empty(NameClashes.Find(new WantedHost([First, new WantedNetwork { Id = "12345678-13-two" }], [])));
}
