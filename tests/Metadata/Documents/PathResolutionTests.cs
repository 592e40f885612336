using Firstlight.Metadata.Documents;
using FsCheck;
using FsCheck.Fluent;

namespace Firstlight.Metadata.Tests.Documents;

public sealed class PathResolutionTests
{
    [Theory]
    [InlineData("/", "/")]
    [InlineData("//", "/")]
    [InlineData("/.", "/")]
    [InlineData("/..", "/")]
    [InlineData("/openstack/..", "/")]
    [InlineData("/%2e%2e", "/")]
    [InlineData("/a/../b/..", "/")]
    [InlineData("/?x=1", "/")]
    [InlineData("/../../latest", "/latest")]
    [InlineData("/openstack/latest/", "/openstack/latest")]
    [InlineData("/openstack/./latest", "/openstack/latest")]
    [InlineData("/openstack%2Flatest", "/openstack/latest")]
    [InlineData("/openstack//latest", "/openstack/latest")]
    [InlineData("/openstack/../latest/meta-data/instance-id", "/latest/meta-data/instance-id")]
    [InlineData("/latest/x?y=/z", "/latest/x")]
    [InlineData("/%252e%252e", "/%2e%2e")]
    [InlineData("/openstack%20", "/openstack ")]
    [InlineData("/a;v=1/b#c", "/a;v=1/b#c")]
    [InlineData("/...", "/...")]
    [InlineData("/.hidden/..x", "/.hidden/..x")]
    [InlineData("/%zz%4", "/%zz%4")]
    [InlineData("/%C3%A9", "/é")]
    [InlineData("/\u00c3\u00a9", "/é")]
    [InlineData("http://169.254.169.254/openstack", "/openstack")]
    [InlineData("http://169.254.169.254", "/")]
    public void A_target_resolves_as_in_Nova(string target, string path)
    {
        Assert.True(PathResolution.TryResolve(target, out var resolved));
        Assert.Equal(path, resolved);
    }

    [Theory]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("?x")]
    [InlineData("/openstack/%ff")]
    [InlineData("/%c3")]
    [InlineData("/%ed%a0%80")]
    [InlineData("/\u00ff")]
    [InlineData("/\u20ac")]
    public void What_Nova_crashes_on_does_not_resolve(string target) => Assert.False(PathResolution.TryResolve(target, out _));

    [Fact]
    public void Only_the_slashes_are_collapsed_by_decoding()
    {
        Assert.True(PathResolution.TryDecode("//a/..//healthcheck/", out var decoded));
        Assert.Equal("/a/../healthcheck/", decoded);
    }

    [Fact]
    public void A_clean_path_is_not_copied()
    {
        const string clean = "/openstack/latest/meta_data.json";
        Assert.Same(clean, PathResolution.Normalise(clean));
    }

    [Fact]
    public void Resolving_never_throws_and_never_leaves_the_root() => Prop.ForAll(Targets(), target =>
    {
        if (!PathResolution.TryResolve(target, out var path)) return;
        Assert.StartsWith("/", path, StringComparison.Ordinal);
        if (path == "/") return;
        Assert.All(path[1..].Split('/'), segment => Assert.False(segment is "" or "." or ".."));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_resolved_path_stays_itself() => Prop.ForAll(Targets(), target =>
    {
        if (!PathResolution.TryResolve(target, out var path)) return;
        Assert.Equal(path, PathResolution.Normalise(path));
    }).QuickCheckThrowOnFailure();

    private static Arbitrary<string> Targets()
    {
        var piece = Gen.Elements("/", "//", ".", "..", "a", "openstack", "latest", "%2e", "%2F", "%c3%a9", "%ff", "%", "?", "#", ";", "*", "http://");
        var composed = piece.ListOf().Select(string.Concat);
        return Gen.OneOf(composed, composed.Select(text => "/" + text), ArbMap.Default.GeneratorFor<NonNull<string>>().Select(text => text.Get)).ToArbitrary();
    }
}
