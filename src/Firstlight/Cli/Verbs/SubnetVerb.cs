using System.CommandLine;
using System.Net;
using Firstlight.Cli.Output;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Cli.Verbs;

/// <summary><c>subnet</c>.</summary>
internal static class SubnetVerb
{
    private const string Modes = "slaac, dhcpv6-stateful or dhcpv6-stateless";

    /// <summary>The verb.</summary>
    public static Command Build(GlobalOptions globals) => new Verb("subnet", "Subnets of networks.", "firstlight subnet list", "firstlight subnet create blue-v4 --network blue --cidr 10.0.0.0/24")
    {
        ResourceVerbs.List(globals, Resources.Subnet),
        ResourceVerbs.Show(globals, Resources.Subnet, "blue-v4"),
        Create(globals),
        ResourceVerbs.Delete(globals, Resources.Subnet, "blue-v4"),
    };

    private static Verb Create(GlobalOptions globals)
    {
        var name = Options.Name("subnet");
        var network = new Option<string>("--network") { Description = "Network name or id.", HelpName = "NETWORK", Required = true };
        var project = Options.Among();
        var cidr = new Option<IPNetwork>("--cidr", "--subnet-range")
        {
            Description = "Prefix without host bits.", HelpName = "CIDR", Required = true,
            CustomParser = r => OptionText.One(r, "a prefix such as 10.0.0.0/24, without host bits", Parts.Prefix) ?? default,
        };
        var gateway = Options.Text("--gateway", "Gateway told to guests, or none; the first address if not given.", "ADDRESS|none");
        gateway.Validators.Add(r =>
        {
            if (r.Tokens is [.., var token] && token.Value != "none" && Parts.Address(token.Value) is null) r.AddError($"--gateway: '{token.Value}' is not an address or none");
        });
        var noDhcp = new Option<bool>("--no-dhcp") { Description = "Do not serve DHCP." };
        var dns = Options.Many("--dns-nameserver", "DNS server told to guests; may be repeated.", "ADDRESS", "an address", Parts.Address);
        var routes = Options.Many("--host-route", "Route told to guests; may be repeated.", "destination=CIDR,gateway=ADDRESS", "destination=CIDR,gateway=ADDRESS", Parts.Route);
        var pools = Options.Many("--allocation-pool", "Range addresses are allotted from; may be repeated.", "start=ADDRESS,end=ADDRESS", "start=ADDRESS,end=ADDRESS", Parts.Pool);
        var addressMode = Options.Value("--ipv6-address-mode", $"How guests get IPv6 addresses: {Modes}.", "MODE", Modes, Parts.Mode);
        var raMode = Options.Value("--ipv6-ra-mode", $"What router advertisements say: {Modes}.", "MODE", Modes, Parts.Mode);
        var id = Options.Id();

        return new Verb(
            "create", "Create a subnet.",
            "firstlight subnet create blue-v4 --network blue --cidr 10.0.0.0/24 --dns-nameserver 10.0.0.2",
            "firstlight subnet create blue-v6 --network blue --cidr fd00:b::/64 --ipv6-address-mode slaac --ipv6-ra-mode slaac")
        {
            name, network, project, cidr, gateway, noDhcp, dns, routes, pools, addressMode, raMode, id,
        }.Creates(globals, Resources.Subnet, parse => new CloudSpec
        {
            Subnets =
            [
                new SubnetSpec
                {
                    Name = parse.GetRequiredValue(name),
                    Id = parse.GetValue(id),
                    Network = parse.GetRequiredValue(network),
                    Project = parse.GetValue(project),
                    Cidr = parse.GetRequiredValue(cidr),
                    Gateway = parse.GetValue(gateway) is { } text and not "none" ? IPAddress.Parse(text) : null,
                    NoGateway = parse.GetValue(gateway) == "none",
                    EnableDhcp = parse.GetValue(noDhcp) ? false : null,
                    DnsNameservers = parse.All(dns),
                    HostRoutes = parse.All(routes),
                    AllocationPools = parse.All(pools),
                    Ipv6AddressMode = parse.GetValue(addressMode),
                    Ipv6RaMode = parse.GetValue(raMode),
                },
            ],
        });
    }
}
