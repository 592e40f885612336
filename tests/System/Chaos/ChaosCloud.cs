namespace Firstlight.System.Tests.Chaos;

/// <summary>A small cloud with every way to metadata in it, two pairs of networks that nothing but the network tells apart, and a way outside.</summary>
internal static class ChaosCloud
{
    /// <summary>The external network.</summary>
    public const string Outside = "sea";

    /// <summary>The machine outside, which is the external gateway.</summary>
    public const string Machine = "203.0.113.1";

    /// <summary>Its prefix.</summary>
    public const string MachinePrefix = "203.0.113.1/24";

    /// <summary>What the router of the first routed networks goes out under.</summary>
    public const string Gateway = "203.0.113.100";

    /// <summary>What <c>heron</c> goes out under.</summary>
    public const string Floating = "203.0.113.20";

    /// <summary>The server with the floating address.</summary>
    public const string FloatingServer = "heron";

    /// <summary>The cloud file.</summary>
    /// <param name="uplink">Device of the host plugged into the external network; the machine outside is at its other end.</param>
    public static string File(string uplink) => $$"""
        networks:
          # Isolated, twice with the same prefix and the same addresses.
          - name: meadow
            project: aurora
            subnets: [{name: meadow-v4, cidr: 10.0.0.0/24, gateway: none, dns_nameservers: [192.0.2.53]}]
          - name: tundra
            project: boreal
            subnets: [{name: tundra-v4, cidr: 10.0.0.0/24, gateway: none}]

          # Isolated, IPv6 alone, by DHCPv6.
          - name: glacier
            project: boreal
            subnets: [{name: glacier-v6, cidr: "fd00:6::/64", gateway: none, ipv6_address_mode: dhcpv6-stateful, ipv6_ra_mode: dhcpv6-stateful}]

          # Two subnets behind one router with a way outside.
          - name: harbour
            project: aurora
            mtu: 1450
            subnets: [{name: harbour-v4, cidr: 10.1.0.0/24}]
          - name: quay
            project: aurora
            subnets: [{name: quay-v4, cidr: 10.2.0.0/24}]

          # The prefix of harbour again, behind a router of another tenant.
          - name: fen
            project: boreal
            subnets: [{name: fen-v4, cidr: 10.1.0.0/24}]

          # Both families behind a router that advertises itself.
          - name: fjord
            project: boreal
            subnets:
              - {name: fjord-v4, cidr: 10.3.0.0/24}
              - {name: fjord-v6, cidr: "fd00:3::/64", ipv6_address_mode: slaac, ipv6_ra_mode: slaac}
          - name: {{Outside}}
            project: admin
            external: true
            uplink: {{uplink}}
            subnets: [{name: sea-v4, cidr: 203.0.113.0/24, gateway: {{Machine}}, enable_dhcp: false}]
        routers:
          - {name: lighthouse, project: aurora, interfaces: [harbour-v4, quay-v4], gateway: {network: {{Outside}}, address: {{Gateway}} } }
          - {name: weir, project: boreal, interfaces: [fen-v4]}
          - {name: skerry, project: boreal, interfaces: [fjord-v4, fjord-v6]}
        servers:
          - {name: lark, project: aurora, ports: [{network: meadow, fixed_ips: [10.0.0.5]}]}
          - {name: wren, project: aurora, ports: [{network: meadow}]}
          - {name: owl, project: boreal, ports: [{network: tundra, fixed_ips: [10.0.0.5]}]}
          - {name: ptarmigan, project: boreal, ports: [{network: tundra}]}
          - {name: puffin, project: boreal, ports: [{network: glacier}]}
          - {name: auk, project: boreal, ports: [{network: glacier}]}
          - {name: {{FloatingServer}}, project: aurora, ports: [{network: harbour, fixed_ips: [10.1.0.5]}]}
          - {name: gull, project: aurora, ports: [{network: harbour}]}
          - {name: tern, project: aurora, ports: [{network: quay}]}
          - {name: bittern, project: boreal, ports: [{network: fen, fixed_ips: [10.1.0.5]}]}
          - {name: crake, project: boreal, ports: [{network: fen}]}
          - {name: eider, project: boreal, ports: [{network: fjord}]}
          - {name: scoter, project: boreal, ports: [{network: fjord}]}
        floating_ips:
          - {network: {{Outside}}, address: {{Floating}}, server: {{FloatingServer}}}
        """;
}
