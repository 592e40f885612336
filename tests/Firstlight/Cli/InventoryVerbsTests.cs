using System.Text.Json;
using Firstlight.Cli;
using Firstlight.Tests.Support;

namespace Firstlight.Tests.Cli;

/// <summary>The verbs over a real store in a directory of the test's own.</summary>
public sealed class InventoryVerbsTests : IDisposable
{
    private const string CloudFile =
        """
        networks:
          - {name: blue, project: red}
        subnets:
          - {name: blue-v4, network: blue, cidr: 10.0.0.0/24}
        routers:
          - {name: r1, project: red}
        servers:
          - name: web-1
            project: red
            user_data: "#cloud-config geheim"
            ports:
              - {network: blue}
        """;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private Task<(int Code, string Output, string Error)> Run(string line) =>
        ProgramRun.RunAsync([.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--config-file", Config, "--state-path", _directory.Path]);

    private string Config => _directory.Write("f.conf", "[DEFAULT]\nmetadata_proxy_shared_secret = secret\n");

    private async Task<JsonElement> Json(string line)
    {
        var (code, output, error) = await Run($"{line} -o json");
        Assert.Equal((ExitCodes.Ok, ""), (code, error));
        return JsonDocument.Parse(output).RootElement;
    }

    private async Task<string> Good(string line)
    {
        var (code, output, error) = await Run(line);
        Assert.Equal((ExitCodes.Ok, ""), (code, error));
        return output;
    }

    private Task<string> ApplyAsync(string more = "") => Good($"apply {_directory.Write("cloud.yaml", CloudFile)} {more}");

    [Fact]
    public async Task Apply_rehearses_without_a_store_then_creates_then_changes_nothing()
    {
        Assert.Contains("would be:", await ApplyAsync("--dry-run"), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_directory.Path, "inventory.sqlite")));

        Assert.DoesNotContain(" 0 created", await ApplyAsync(), StringComparison.Ordinal);
        Assert.Contains("0 created, 0 changed", await ApplyAsync(), StringComparison.Ordinal);
        Assert.Contains("0 created, 0 changed", await ApplyAsync("--dry-run"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_rule_is_a_line_with_the_files_line_and_code_1()
    {
        var (code, _, error) = await Run($"apply {_directory.Write("bad.yaml", "networks:\n  - {name: blue, project: red, mtuu: 3}\n")}");

        Assert.Equal(ExitCodes.Refused, code);
        Assert.StartsWith("firstlight: line 2: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_can_be_made_shown_and_taken_away_by_hand()
    {
        await Good("project create red");
        await Good("network create blue --project red --mtu 1400");
        await Good("subnet create blue-v4 --network blue --cidr 10.0.0.0/24 --dns-nameserver 10.0.0.2 --host-route destination=10.9.0.0/16,gateway=10.0.0.254");
        await Good("router create r1 --project red --interface blue-v4");
        await Good($"keypair create ops --project red --public-key {_directory.Write("ops.pub", "ssh-ed25519 AAAA ops\n")}");
        var server = await Json($"server create web-1 --project red --nic blue,ip=10.0.0.20 --key-name ops --property role=web --user-data {_directory.Write("ud", "geheim\n")}");
        await Good("port create web-1-eth1 --network blue --server web-1");

        Assert.Equal("10.0.0.20", server.GetProperty("addresses").GetProperty("blue")[0].GetString());
        Assert.Equal(1400, (await Json("network show blue")).GetProperty("mtu").GetInt32());
        Assert.Equal("10.9.0.0/16", (await Json("subnet show blue-v4")).GetProperty("host_routes")[0].GetProperty("destination").GetString());
        Assert.Equal("10.0.0.1", (await Json("router show r1")).GetProperty("interfaces")[0].GetProperty("ip_address").GetString());
        Assert.Equal(2, (await Json("server show web-1 --project red")).GetProperty("ports").GetArrayLength());
        Assert.Equal("geheim\n", await Good("server show web-1 --user-data"));
        Assert.Equal(3, (await Json("port list")).GetArrayLength());
        Assert.Contains("role: web", await Good("server show web-1 -o yaml"), StringComparison.Ordinal);
        Assert.Equal("ssh", (await Json("keypair show ops")).GetProperty("type").GetString());

        Assert.Equal(ExitCodes.Refused, (await Run("network delete blue")).Code);
        Assert.Equal(ExitCodes.Refused, (await Run("network create blue --project red")).Code);
        await Good("server delete web-1");
        await Good("router remove-interface r1 blue-v4");
        await Good("router delete r1");
        await Good("subnet delete blue-v4");
        await Good("network delete blue");
        await Good("keypair delete ops");
        foreach (var noun in new[] { "network", "subnet", "router", "port", "server", "keypair" }) Assert.Equal(0, (await Json($"{noun} list")).GetArrayLength());
    }

    [Fact]
    public async Task Interfaces_come_one_by_one_and_go_one_by_one()
    {
        await ApplyAsync();
        await Good("network create green --project red");
        await Good("subnet create green-v4 --network green --cidr 10.1.0.0/24");

        await Good("router add-interface r1 blue-v4");
        Assert.Equal(2, (await Json("router add-interface r1 green-v4")).GetProperty("interfaces").GetArrayLength());
        Assert.Equal(ExitCodes.Refused, (await Run("router add-interface r1 green-v4")).Code);
        Assert.Equal("10.1.0.1", Assert.Single((await Json("router remove-interface r1 blue-v4")).GetProperty("interfaces").EnumerateArray()).GetProperty("ip_address").GetString());
        Assert.Equal(ExitCodes.Refused, (await Run("router remove-interface r1 blue-v4")).Code);
    }

    [Fact]
    public async Task A_way_outside_and_floating_addresses_come_and_go_by_hand()
    {
        await ApplyAsync();
        await Good("network create ext --external --uplink eth1 --project red");
        await Good("subnet create ext-v4 --network ext --cidr 203.0.113.0/24 --no-dhcp");
        await Good("router add-interface r1 blue-v4");
        Assert.Equal(ExitCodes.Refused, (await Run("floatingip create ext --server web-1")).Code);

        var gateway = (await Json("router set-gateway r1 ext --fixed-ip 203.0.113.100 --disable-snat")).GetProperty("external_gateway_info");
        Assert.Equal(("203.0.113.100", false), (gateway.GetProperty("external_fixed_ips")[0].GetProperty("ip_address").GetString(), gateway.GetProperty("enable_snat").GetBoolean()));
        Assert.True((await Json("router set-gateway r1 ext --enable-snat")).GetProperty("external_gateway_info").GetProperty("enable_snat").GetBoolean());
        Assert.NotEqual(ExitCodes.Ok, (await Run("router set-gateway r1 ext --enable-snat --disable-snat")).Code);
        var floating = await Json("floatingip create ext --floating-ip-address 203.0.113.20 --server web-1");
        Assert.Equal(["203.0.113.20", "10.0.0.2"], new[] { "floating_ip_address", "fixed_ip_address" }.Select(f => floating.GetProperty(f).GetString()));
        Assert.Equal((await Json("router show r1")).GetProperty("id").GetString(), floating.GetProperty("router_id").GetString());
        Assert.Equal(ExitCodes.Refused, (await Run("floatingip create ext --server web-1")).Code);
        Assert.Equal("203.0.113.20", (await Json("server show web-1")).GetProperty("addresses").GetProperty("blue")[1].GetString());
        Assert.Equal("203.0.113.2", (await Json("floatingip create ext")).GetProperty("floating_ip_address").GetString());
        Assert.Equal(2, (await Json("floatingip list")).GetArrayLength());
        Assert.Equal(ExitCodes.Refused, (await Run("router unset-gateway r1")).Code);

        await Good("floatingip delete 203.0.113.20 203.0.113.2");
        Assert.Equal(JsonValueKind.Null, (await Json("router unset-gateway r1")).GetProperty("external_gateway_info").ValueKind);
        Assert.Equal(ExitCodes.Refused, (await Run("router unset-gateway r1")).Code);
        var port = await Json("port create printer-eth0 --network blue --dns-name printer --extra-dhcp-option name=ntp-server,value=10.0.0.5,10.0.0.6 --extra-dhcp-option name=59,value=http://x/,ip-version=6");
        Assert.Equal("printer", port.GetProperty("dns_name").GetString());
        Assert.Equal("10.0.0.5,10.0.0.6", port.GetProperty("extra_dhcp_opts")[0].GetProperty("opt_value").GetString());
        Assert.Equal(6, port.GetProperty("extra_dhcp_opts")[1].GetProperty("ip_version").GetInt32());
        await Good("network delete ext");
    }

    [Fact]
    public async Task Port_security_and_address_pairs_are_kept_and_shown()
    {
        await ApplyAsync();
        await Good("port create vip --network blue --allowed-address ip-address=10.0.0.200 --allowed-address ip-address=10.0.9.0/24,mac-address=00:00:5e:00:01:01");
        await Good("port create free --network blue --disable-port-security");

        var vip = await Json("port show vip");
        Assert.True(vip.GetProperty("port_security_enabled").GetBoolean());
        Assert.Equal(["10.0.0.200", "10.0.9.0/24"], vip.GetProperty("allowed_address_pairs").EnumerateArray().Select(p => p.GetProperty("ip_address").GetString()));
        Assert.Equal("00:00:5e:00:01:01", vip.GetProperty("allowed_address_pairs")[1].GetProperty("mac_address").GetString());
        Assert.False(vip.GetProperty("attached").GetBoolean());
        Assert.StartsWith("tap", vip.GetProperty("device").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("not guarded: there is no table bridge firstlight_", vip.GetProperty("guard").GetString(), StringComparison.Ordinal);
        Assert.False((await Json("port show free")).GetProperty("port_security_enabled").GetBoolean());
        Assert.Equal(ExitCodes.Usage, (await Run("port create bad --network blue --allowed-address 10.0.0.1")).Code);
        Assert.Equal(ExitCodes.Refused, (await Run("port create bad --network blue --disable-port-security --allowed-address ip-address=10.0.0.1")).Code);
    }

    [Fact]
    public async Task A_port_is_not_attached_where_no_agent_keeps_its_bridge()
    {
        await ApplyAsync();
        await Good("port create web-1-eth1 --network blue --server web-1");

        var (code, _, error) = await Run("port attach web-1-eth1 --wait 0");
        Assert.Equal(ExitCodes.Unavailable, code);
        Assert.Matches("^firstlight: there is no bridge brq.{11} on this host: 'firstlight standalone' or 'firstlight host-agent' makes it", error);
        Assert.Equal(ExitCodes.Refused, (await Run("port attach nobody")).Code);
        Assert.Equal(ExitCodes.Usage, (await Run("port attach web-1-eth1 --tap --veth")).Code);
        Assert.Equal(ExitCodes.Usage, (await Run("port attach web-1-eth1 --veth -o qemu")).Code);
        Assert.StartsWith("there is no tap", await Good("port detach web-1-eth1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_network_is_told_to_libvirt()
    {
        await ApplyAsync();
        var id = (await Json("network show blue")).GetProperty("id").GetString()!;

        var xml = System.Xml.Linq.XElement.Parse(await Good("network libvirt-xml blue"));

        Assert.Equal("blue", xml.Element("name")!.Value);
        Assert.Equal(id, xml.Element("uuid")!.Value);
        Assert.Equal("bridge", xml.Element("forward")!.Attribute("mode")!.Value);
        Assert.Equal("brq" + id[..11], xml.Element("bridge")!.Attribute("name")!.Value);
    }

    [Fact]
    public async Task Delete_of_several_is_all_or_none()
    {
        await ApplyAsync();
        await Good("network create green --project red");

        Assert.Equal(ExitCodes.Refused, (await Run("network delete green nowhere")).Code);
        Assert.Equal(2, (await Json("network list")).GetArrayLength());
        Assert.Equal(0, (await Json("network list --project red")).EnumerateArray().Count(n => n.GetProperty("name").GetString() == "nowhere"));
    }

    [Fact]
    public async Task Sign_takes_a_servers_name()
    {
        await ApplyAsync();
        var id = (await Json("server show web-1")).GetProperty("id").GetString();

        Assert.Equal(await Good($"sign {id}"), await Good("sign web-1"));
        Assert.Equal(ExitCodes.Refused, (await Run("sign web-2")).Code);
    }

    [Fact]
    public async Task A_store_that_is_none_is_65()
    {
        _directory.Write("inventory.sqlite", "this is no database, and it is longer than a header of one, which has a hundred bytes; so it says more than it must");

        Assert.Equal(ExitCodes.BrokenStore, (await Run("network list")).Code);
    }
}
