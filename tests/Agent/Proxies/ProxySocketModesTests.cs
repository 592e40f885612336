using Firstlight.Agent.Proxies;
using Firstlight.Agent.Tests.Support;

namespace Firstlight.Agent.Tests.Proxies;

public sealed class ProxySocketModesTests
{
    [Theory]
    [InlineData(ProxySocketMode.User, "nobody", "nogroup", "644")]
    [InlineData(ProxySocketMode.Group, "", "", "664")]
    [InlineData(ProxySocketMode.All, "", "", "666")]
    [InlineData(ProxySocketMode.Deduce, "", "nogroup", "644")]
    [InlineData(ProxySocketMode.Deduce, "0", "nogroup", "644")]
    [InlineData(ProxySocketMode.Deduce, "root", "nogroup", "644")]
    [InlineData(ProxySocketMode.Deduce, "neutron", "nogroup", "644")]
    [InlineData(ProxySocketMode.Deduce, "120", "nogroup", "644")]
    [InlineData(ProxySocketMode.Deduce, "nobody", "", "664")]
    [InlineData(ProxySocketMode.Deduce, "nobody", "neutrons", "664")]
    [InlineData(ProxySocketMode.Deduce, "nobody", "125", "664")]
    [InlineData(ProxySocketMode.Deduce, "nobody", "nogroup", "666")]
    [InlineData(ProxySocketMode.Deduce, "nobody", "0", "666")]
    [InlineData(ProxySocketMode.Deduce, " neutron", "Neutrons", "666")]
    [InlineData(ProxySocketMode.Deduce, "0120", "0125", "666")]
    public void Bits_are_as_narrow_as_the_proxies_allow(ProxySocketMode mode, string user, string group, string expected)
    {
        var options = new ProxySocketOptions("/x") { Mode = mode, ProxyUser = user, ProxyGroup = group };

        Assert.Equal(expected, Convert.ToString((int)ProxySocketModes.Of(options, (120, "neutron"), (125, "neutrons")), 8));
    }

    [Fact]
    public void User_and_group_without_a_name_are_known_by_their_number()
    {
        var options = new ProxySocketOptions("/x") { ProxyUser = "120", ProxyGroup = "125" };

        Assert.Equal("644", Convert.ToString((int)ProxySocketModes.Of(options, (120, null), (125, null)), 8));
        Assert.Equal("664", Convert.ToString((int)ProxySocketModes.Of(options, (121, null), (125, null)), 8));
        Assert.Equal("666", Convert.ToString((int)ProxySocketModes.Of(options, (121, null), (126, null)), 8));
    }

    [Theory]
    [InlineData(ProxySocketMode.Deduce, "", "", "644")]
    [InlineData(ProxySocketMode.Deduce, "nobody", "", "664")]
    [InlineData(ProxySocketMode.Deduce, "nobody", "root", "664")]
    [InlineData(ProxySocketMode.Deduce, "nobody", "nogroup", "666")]
    [InlineData(ProxySocketMode.User, "nobody", "nogroup", "644")]
    [InlineData(ProxySocketMode.Group, "nobody", "nogroup", "664")]
    [InlineData(ProxySocketMode.All, "", "", "666")]
    public async Task File_has_them_and_the_kernel_heeds_them(ProxySocketMode mode, string user, string group, string expected)
    {
        using var place = new SocketPlace();
        await using var agent = await place.StartAsync(new AgentOptions { ProxySocket = place.Options with { Mode = mode, ProxyUser = user, ProxyGroup = group } });

        Assert.Equal(expected, Ip.Tool("stat", "-c", "%a", place.Path).Trim());
        Assert.Equal(expected == "666", AsNobody(place));
    }

    private static bool AsNobody(SocketPlace place) => Ip.TryTool(
        "setpriv",
        out _,
        "--reuid=65534", "--regid=65534", "--clear-groups",
        "curl", "-sf", "--unix-socket", place.Path, "-H", $"X-Neutron-Network-ID: {SocketPlace.NetworkId}", "-H", $"X-Forwarded-For: {SocketPlace.Guest}", "http://metadata/x");
}
