using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Plumbing.Tests.Reconcile;

public sealed class PreflightTests
{
    [Fact]
    public void Everything_that_is_missing_gets_a_line_with_its_package() => Assert.Equal(
        [
            "not root: namespaces, bridges and DHCP need it; run it with sudo",
            "nft is missing: ./setup installs it (Debian package nftables)",
            "dnsmasq is missing: ./setup installs it (Debian package dnsmasq-base)",
        ],
        Preflight.Check("/", haproxy: false, isRoot: false, program => program is "nft" or "dnsmasq" ? null : "/sbin/" + program));

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public void Haproxy_is_missed_only_where_it_is_wanted(bool wanted, int lines)
    {
        var missing = Preflight.Check("/", wanted, isRoot: true, program => program is "haproxy" ? null : "/sbin/" + program);

        Assert.Equal(Enumerable.Repeat("haproxy is missing: ./setup installs it (Debian package haproxy)", lines), missing);
    }

    [Fact]
    public void A_state_directory_that_dnsmasq_could_not_enter_is_told()
    {
        var state = Directory.CreateTempSubdirectory("firstlight-preflight-").FullName;
        try
        {
            File.SetUnixFileMode(state, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

            var line = Assert.Single(Preflight.Check(Path.Combine(state, "below"), haproxy: false, isRoot: true, program => program));

            Assert.EndsWith($"chmod o+x {state}", line, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(state);
        }
    }
}
