using System.Text;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;
using Firstlight.Inventory.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace Firstlight.Inventory.Tests.Own;

public sealed class CloudFileTests
{
    [Fact]
    public void The_example_of_the_documentation_can_be_applied()
    {
        var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "cloud-file.md"));
        var yaml = text.Split("```yaml\n")[1].Split("```")[0];

        var cloud = Clouds.Of(yaml);

        Assert.Equal(["db", "web"], cloud.Servers.Values.Select(s => s.Name).Order());
        Assert.Equal("6f70656e737461636b20697320666f6f", cloud.Projects.Keys.Single());
        Assert.Null(cloud.Subnet("isolated-v4").GatewayIp);
        Assert.Equal(["10.0.0.10", "fd00:b::f816:3eff:fe00:10"], cloud.PortOf("web").FixedIps.Select(ip => ip.Address.ToString()));
        Assert.Equal("#!/bin/sh\necho hello\n", Encoding.UTF8.GetString(cloud.Server("db").UserData!.Value.AsSpan()));
        Assert.Equal([KeyValuePair.Create("role", "db")], cloud.Server("db").Metadata);
        var ports = cloud.Ports.Values.Where(p => p.DeviceId == cloud.Server("db").Id).OrderBy(p => p.AttachIndex).Select(p => p.FixedIps[0].Address.ToString());
        Assert.Equal(["10.0.0.100", "192.168.7.20"], ports);
        Assert.Equal(
            ["203.0.113.2 10.0.0.100", "203.0.113.20 10.0.0.10"],
            cloud.FloatingIps.Values.Select(f => $"{f.Address} {f.FixedAddress}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Ports_say_what_they_may_send_and_keep_it_when_the_file_says_nothing_more()
    {
        const string Blue = "networks:\n- {name: n, project: p}\nports:\n";
        var cloud = Clouds.Of(Blue + """
            - {name: a, network: n, allowed_address_pairs: [10.0.0.9, {ip_address: "fd00::/64", mac_address: "00:00:5e:00:01:01"}]}
            - {name: b, network: n, port_security: false}
            - {name: c, network: n}
            """);

        Port Named(Cloud of, string name) => of.Ports.Values.Single(p => p.Name == name);
        Assert.Equal(["10.0.0.9/32", "fd00::/64"], Named(cloud, "a").AllowedAddressPairs.Select(p => p.Addresses.ToString()));
        Assert.Equal("00005E000101", Named(cloud, "a").AllowedAddressPairs[1].Mac!.ToString());
        Assert.Equal([true, false, true], new[] { "a", "b", "c" }.Select(n => Named(cloud, n).PortSecurity));

        var again = Clouds.Apply(cloud, Blue + "- {name: a, network: n}\n- {name: b, network: n}");
        Assert.Equal(2, Named(again, "a").AllowedAddressPairs.Length);
        Assert.False(Named(again, "b").PortSecurity);
        Assert.Empty(Named(Clouds.Apply(again, Blue + "- {name: a, network: n, allowed_address_pairs: []}"), "a").AllowedAddressPairs);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("---\n")]
    [InlineData("~")]
    [InlineData("servers:\n")]
    [InlineData("servers: []")]
    public void A_file_may_ask_for_nothing(string yaml)
    {
        Assert.Empty(Clouds.Spec(yaml).Servers);
    }

    [Theory]
    [InlineData("servers:\n- name: a\n  projct: p\n  project: p", "line 3: server a: projct: unknown field; did you mean project?")]
    [InlineData("server: []", "line 1: cloud file: server: unknown field; did you mean servers?")]
    [InlineData("networks:\n- name: n\n  project: p\n  mtu: big", "line 4: network n: mtu: 'big' is not a whole number")]
    [InlineData("networks:\n- name: n\n  project: p\n  mtu: [1]", "line 4: network n: mtu: is a list, not a text")]
    [InlineData("networks:\n- name: n\n  project: p\n  mtu: 99999999999", "line 4: network n: mtu: 99999999999 is out of range")]
    [InlineData("networks: {}", "line 1: cloud file: networks: is a mapping, not a list")]
    [InlineData("ports:\n- network: n\n  name: a\n  allowed_address_pairs: [10.0.0.1/24]", "line 4: port a: ip_address: '10.0.0.1/24' is neither an address nor a prefix such as 10.0.0.0/24 (no host bits)")]
    [InlineData("networks:\n- blue", "line 2: cloud file: networks: holds 'blue' where a mapping belongs")]
    [InlineData("networks:\n- project: p", "line 2: network: name: is missing")]
    [InlineData("networks:\n- name: ''\n  project: p", "line 2: network : name: is empty")]
    [InlineData("subnets:\n- name: s\n  network: n\n  cidr: 10.0.0.1/24", "line 4: subnet s: cidr: '10.0.0.1/24' is not a prefix such as 10.0.0.0/24 (no host bits)")]
    [InlineData("subnets:\n- name: s\n  network: n\n  cidr: 10.0.0.0/33", "line 4: subnet s: cidr: '10.0.0.0/33' is not a prefix such as 10.0.0.0/24 (no host bits)")]
    [InlineData("subnets:\n- name: s\n  network: n\n  cidr: 10.0.0.0", "line 4: subnet s: cidr: '10.0.0.0' is not a prefix such as 10.0.0.0/24 (no host bits)")]
    [InlineData("subnets:\n- name: s\n  network: n\n  cidr: 10.0.0.0/24\n  gateway: 10.1", "line 5: subnet s: gateway: '10.1' is not an IP address")]
    [InlineData("subnets:\n- name: s\n  network: n\n  cidr: 10.0.0.0/24\n  gateway: ~", "line 5: subnet s: gateway: say none for no gateway, or leave the field out for the first address")]
    [InlineData("subnets:\n- name: s\n  network: n\n  cidr: 10.0.0.0/24\n  enable_dhcp: maybe", "line 5: subnet s: enable_dhcp: 'maybe' is not true or false")]
    [InlineData("subnets:\n- name: s\n  network: n\n  cidr: fd00::/64\n  ipv6_ra_mode: auto", "line 5: subnet s: ipv6_ra_mode: 'auto' is not slaac, dhcpv6-stateful or dhcpv6-stateless")]
    [InlineData("subnets:\n- name: s\n  network: n\n  cidr: fd00::/64\n  host_routes:\n  - {destination: fd01::/64}", "line 6: host route: nexthop: is missing")]
    [InlineData("ports:\n- name: p\n  network: n\n  mac: fa163e000001", "line 4: port p: mac: 'fa163e000001' is not a MAC such as fa:16:3e:00:00:01")]
    [InlineData("ports:\n- name: p\n  network: n\n  fixed_ips: [{}]", "line 4: port p: fixed_ips: an item says neither subnet nor address")]
    [InlineData("servers:\n- name: a\n  project: p\n  name: b", "line 4: cloud file: name: is there twice, first on line 2")]
    [InlineData("servers:\n- name: a\n  project: p\n  user_data: x\n  user_data_base64: eA==", "line 5: server a: user_data_base64: is given beside user_data: one of them will do")]
    [InlineData("servers:\n- name: a\n  project: p\n  user_data_base64: '%'", "line 4: server a: user_data_base64: '%' is not base64")]
    [InlineData("servers: [*nothing]", "line 1: cloud file: yaml: the alias *nothing has no anchor before it")]
    [InlineData("- 1", "line 1: cloud file: yaml: is not a mapping of projects, networks, subnets, routers, keypairs, ports, servers and floating_ips")]
    [InlineData("servers: []\n---\nports: []", "line 2: cloud file: yaml: a second document: one file holds one")]
    [InlineData("servers:\n- !foo {name: a, project: p}", "line 2: cloud file: yaml: the tag !foo means nothing here")]
    public void A_mistake_is_told_with_line_field_and_rule(string yaml, string message)
    {
        Assert.Equal([message], Clouds.Broken(() => Clouds.Spec(yaml)));
    }

    [Theory]
    [InlineData("servers:\n\t- name: a")]
    [InlineData("servers: [")]
    [InlineData("a: b: c")]
    [InlineData("\"\\x\"")]
    public void Invalid_yaml_is_told_with_its_line(string yaml)
    {
        var violation = Assert.Single(Assert.Throws<InventoryRuleException>(() => Clouds.Spec(yaml)).Violations);
        Assert.NotNull(violation.Line);
        Assert.StartsWith("invalid YAML: ", violation.Rule, StringComparison.Ordinal);
    }

    [Fact]
    public void All_mistakes_are_told_at_once_in_the_order_of_the_file()
    {
        var broken = Clouds.Broken(() => Clouds.Spec("""
            networks:
              - {name: n, project: p, mtu: x}
            subnets:
              - {name: s, network: n, cidr: nonsense, gateway: nowhere}
            servers:
              - {name: a, hostnam: b}
            """));
        Assert.Equal(["line 2", "line 4", "line 4", "line 6", "line 6"], broken.Select(b => b.Split(':')[0]));
    }

    [Fact]
    public void A_broken_rule_of_a_spec_has_the_line_of_its_field()
    {
        var broken = Clouds.Broken(() => Clouds.Of("""
            networks:
              - name: n
                project: p
                mtu: 1
                subnets:
                  - name: one
                    cidr: 10.0.0.0/24
                    gateway: 10.0.1.1
                  - name: two
                    cidr: 10.0.0.128/25
            servers:
              - name: a
                project: p
                hostname: not_good
                ports:
                  - network: n
                    fixed_ips: [10.0.0.255]
                  - network: nn
            """));
        Assert.Equal(
            [
                "line 4: network n: mtu: 1 is not from 68 to 65535",
                "line 8: subnet one: gateway: 10.0.1.1 is not a host address of 10.0.0.0/24",
                "line 10: subnet two: cidr: 10.0.0.128/25 overlaps 10.0.0.0/24 of subnet one on the same network",
                "line 14: server a: hostname: 'not_good' is not a host name (letters, digits, hyphens; 63 a label)",
                "line 18: port on nn: network: there is no network nn; did you mean n?",
            ],
            broken.Where(b => !b.Contains("10.0.0.255", StringComparison.Ordinal)));
        Assert.StartsWith("line 17: port ", broken.Single(b => b.Contains("10.0.0.255", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public void User_data_may_come_from_a_file_beside_or_as_base64()
    {
        using var directory = new StoreDirectory();
        File.WriteAllBytes(Path.Combine(directory.Root, "data.bin"), [0, 255, 10]);
        var spec = CloudFile.Parse("""
            servers:
              - {name: a, project: p, user_data_file: data.bin}
              - {name: b, project: p, user_data_base64: AP8K}
              - {name: c, project: p, user_data: ""}
              - {name: d, project: p}
            """, directory.Root);
        Assert.Equal([0, 255, 10], spec.Servers[0].UserData!.Value);
        Assert.Equal([0, 255, 10], spec.Servers[1].UserData!.Value);
        Assert.Empty(spec.Servers[2].UserData!.Value);
        Assert.Null(spec.Servers[3].UserData);
    }

    [Fact]
    public void A_user_data_file_that_is_missing_or_too_large_is_told()
    {
        using var directory = new StoreDirectory();
        File.WriteAllBytes(Path.Combine(directory.Root, "large"), new byte[49_150]);
        var broken = Clouds.Broken(() => CloudFile.Parse("""
            servers:
              - {name: a, project: p, user_data_file: large}
              - {name: b, project: p, user_data_file: missing}
            """, directory.Root));
        Assert.Equal("line 2: server a: user_data_file: large has more than 49149 bytes", broken[0]);
        Assert.StartsWith("line 3: server b: user_data_file: missing cannot be read: ", broken[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_more_than_a_mebibyte_is_refused()
    {
        Assert.Equal(["line 1: cloud file: yaml: 1048577 bytes, at most 1048576 are read"], Clouds.Broken(() => Clouds.Spec("#" + new string('x', 1024 * 1024))));
        Assert.Empty(Clouds.Spec("#" + new string('x', 1024 * 1024 - 1)).Servers);
    }

    [Fact]
    public void Deep_nesting_and_exploding_aliases_are_refused()
    {
        Assert.Contains("nested deeper", Clouds.Broken(() => Clouds.Spec(new string('[', 100_000)))[0], StringComparison.Ordinal);
        var bomb = "a: &a {" + string.Join(", ", Enumerable.Range(0, 1000).Select(i => $"k{i}: 1")) + "}\nb:\n" + string.Concat(Enumerable.Repeat("- {<<: *a}\n", 1000));
        Assert.Contains(Clouds.Broken(() => Clouds.Spec(bomb)), b => b.Contains("too many items", StringComparison.Ordinal));
    }

    [Fact]
    public void Quoted_words_stay_texts()
    {
        var spec = Clouds.Spec("servers: [{name: 'null', project: \"~\", metadata: {a: 1, b: true, c: 'null', d: null}}]");
        Assert.Equal(("null", "~"), (spec.Servers[0].Name, spec.Servers[0].Project));
        Assert.Equal(["1", "true", "null", ""], spec.Servers[0].Metadata.Select(m => m.Value));
    }

    [Fact]
    public void Any_text_is_a_spec_or_a_list_of_mistakes()
    {
        string[] pieces = ["servers:", "\n- ", "name: a", "\n  ", "[", "]", "{", "}", "*a", "&a ", ": ", "\t", "? ", "|", ">", "'", "\"", "\\", "%YAML 1.2\n", "%TAG ! x\n",
            "---\n", "...\n", "!!binary ", "<<: ", "cidr: ", "10.0.0.0/24", "networks:", "ports:", ",", "#", "\0", "\u0085", "é", "user_data_file: ", "fixed_ips: ", "mac: ", "🦊", "0x", "-"];
        var text = Gen.Elements(pieces).ArrayOf().Select(string.Concat);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000).WithEndSize(60), Prop.ForAll(text.ToArbitrary(), Survives));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll<string>(s => Survives(s ?? "")));
    }

    [Fact]
    public void A_damaged_file_is_a_spec_or_a_list_of_mistakes()
    {
        var damage = from at in Gen.Choose(0, Clouds.Blue.Length - 1)
                     from length in Gen.Choose(0, 5)
                     from put in Gen.Elements("", "[", ":", "\n", "'", "\t", "&x ", "*x", "- ", "}")
                     select Clouds.Blue.Remove(at, Math.Min(length, Clouds.Blue.Length - at)).Insert(at, put);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(damage.ToArbitrary(), yaml => Survives(yaml) && Applies(yaml)));
    }

    private static bool Survives(string yaml)
    {
        try
        {
            return Clouds.Spec(yaml) is not null;
        }
        catch (InventoryRuleException e)
        {
            return e.Violations.Count > 0 && e.Violations.All(v => v.Line >= 1);
        }
    }

    private static bool Applies(string yaml)
    {
        try
        {
            return Planner.Apply(Cloud.Empty, Clouds.Spec(yaml)).Next is not null;
        }
        catch (InventoryRuleException e)
        {
            return e.Violations.Count > 0;
        }
    }
}
