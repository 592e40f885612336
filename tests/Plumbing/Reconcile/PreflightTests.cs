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
        Preflight.Check("/", isRoot: false, program => program is "nft" or "dnsmasq" ? null : "/sbin/" + program));

    [Fact]
    public void A_state_directory_that_dnsmasq_could_not_enter_is_told()
    {
        var state = Directory.CreateTempSubdirectory("firstlight-preflight-").FullName;
        try
        {
            File.SetUnixFileMode(state, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

            var line = Assert.Single(Preflight.Check(Path.Combine(state, "below"), isRoot: true, program => program));

            Assert.EndsWith($"chmod o+x {state}", line, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(state);
        }
    }
}
