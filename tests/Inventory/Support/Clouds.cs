using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Inventory.Tests.Support;

/// <summary>Clouds and lookups that tests start from, made the way users make them: from a cloud file.</summary>
internal static class Clouds
{
    public const string Blue = """
        networks:
          - name: blue
            project: demo
            mtu: 1450
            subnets:
              - name: blue-v4
                cidr: 10.0.0.0/24
                dns_nameservers: [9.9.9.9, 1.1.1.1]
                host_routes:
                  - {destination: 10.9.0.0/16, nexthop: 10.0.0.2}
              - name: blue-v6
                cidr: fd00:b::/64
                ipv6_address_mode: slaac
                ipv6_ra_mode: slaac
        routers:
          - {name: edge, project: demo, interfaces: [blue-v4, blue-v6]}
        keypairs:
          - {name: ops, project: demo, public_key: "ssh-ed25519 AAAA ops\n"}
        servers:
          - name: web
            project: demo
            key_pair: ops
            user_data: "#!/bin/sh\necho hello\n"
            image: debian-12
            metadata: {role: web, tier: front}
            security_groups: [default, www]
            ports:
              - {network: blue, mac: "fa:16:3e:00:00:01", fixed_ips: [10.0.0.5, {subnet: blue-v6}]}
        """;

    public static CloudSpec Spec(string yaml) => CloudFile.Parse(yaml, Path.GetTempPath());

    public static Cloud Apply(Cloud cloud, string yaml) => Planner.Apply(cloud, Spec(yaml)).Next;

    public static Cloud Of(string yaml) => Apply(Cloud.Empty, yaml);

    public static Network Network(this Cloud cloud, string name) => cloud.Networks.Values.Single(n => n.Name == name);

    public static Subnet Subnet(this Cloud cloud, string name) => cloud.Subnets.Values.Single(s => s.Name == name);

    public static Router Router(this Cloud cloud, string name) => cloud.Routers.Values.Single(r => r.Name == name);

    public static Server Server(this Cloud cloud, string name) => cloud.Servers.Values.Single(s => s.Name == name);

    public static Port PortOf(this Cloud cloud, string server) => cloud.Ports.Values.Single(p => p.DeviceId == cloud.Server(server).Id);

    public static PortQuery ByAddress(ScopeKind kind, string id, string address) => new(new Scope(kind, id), IPAddress.Parse(address), null);

    public static PortQuery ByMac(ScopeKind kind, string id, string mac) => new(new Scope(kind, id), IPAddress.Parse("fe80::1"), PhysicalAddress.Parse(mac));

    public static string[] Broken(Action act) => [.. Assert.Throws<InventoryRuleException>(act).Violations.Select(v => v.ToString())];
}
