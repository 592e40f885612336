using System.CommandLine;
using Firstlight.Cli.Output;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Cli.Verbs;

/// <summary><c>port</c>.</summary>
internal static class PortVerb
{
    /// <summary>The verb.</summary>
    public static Command Build(GlobalOptions globals) => new Verb("port", "Ports: who has which address on which network.", "firstlight port list --project red", "firstlight port create web-1-eth1 --network blue --server web-1")
    {
        ResourceVerbs.List(globals, Resources.Port),
        PortShowVerb.Build(globals),
        Create(globals),
        PortAttachVerb.Attach(globals),
        PortAttachVerb.Detach(globals),
        ResourceVerbs.Delete(globals, Resources.Port, "web-1-eth1"),
    };

    private static Verb Create(GlobalOptions globals)
    {
        var name = Options.Name("port");
        var network = new Option<string>("--network") { Description = "Network name or id.", HelpName = "NETWORK", Required = true };
        var project = Options.Text("--project", "Project name or id that owns it; the network's if not given.", "PROJECT");
        var mac = Options.Object("--mac-address", "MAC; a new one if not given.", "MAC", "a MAC such as fa:16:3e:00:00:05", Parts.Mac);
        var fixedIps = Options.Many(
            "--fixed-ip", "Address to give it, or subnet to take one of; may be repeated.", "ADDRESS|subnet=SUBNET[,ip-address=ADDRESS]",
            "an address, subnet=SUBNET or subnet=SUBNET,ip-address=ADDRESS", Parts.FixedIp);
        var server = Options.Text("--server", "Server to attach it to.", "SERVER");
        var dnsName = Options.Text("--dns-name", "Name for DHCP and DNS, without domain; the server's host name if not given.", "NAME");
        var dhcpOptions = Options.Many(
            "--extra-dhcp-option", "DHCP option for this port alone; may be repeated.", "name=NAME[,value=VALUE][,ip-version=4|6]",
            "name=NAME, name=NAME,value=VALUE or name=NAME,value=VALUE,ip-version=6", Parts.DhcpOption);
        var unguarded = new Option<bool>("--disable-port-security") { Description = "Let a guest on it send from any MAC and address." };
        var pairs = Options.Many(
            "--allowed-address", "Addresses it may send from besides its own; may be repeated.", "ip-address=PREFIX[,mac-address=MAC]",
            "ip-address=PREFIX or ip-address=PREFIX,mac-address=MAC", Parts.AddressPair);
        var id = Options.Id();

        return new Verb(
            "create", "Create a port, attached to a server or to nothing.",
            "firstlight port create web-1-eth1 --network blue --server web-1",
            "firstlight port create spare --network blue --fixed-ip 10.0.0.50 --mac-address fa:16:3e:00:00:50") { name, network, project, mac, fixedIps, server, dnsName, dhcpOptions, unguarded, pairs, id }
            .Creates(globals, Resources.Port, parse => new CloudSpec
            {
                Ports =
                [
                    new PortSpec
                    {
                        Name = parse.GetRequiredValue(name),
                        Id = parse.GetValue(id),
                        Network = parse.GetRequiredValue(network),
                        Project = parse.GetValue(project),
                        Mac = parse.GetValue(mac),
                        FixedIps = parse.All(fixedIps),
                        Server = parse.GetValue(server),
                        DnsName = parse.GetValue(dnsName),
                        ExtraDhcpOptions = parse.All(dhcpOptions),
                        PortSecurity = !parse.GetValue(unguarded),
                        AllowedAddressPairs = parse.All(pairs),
                    },
                ],
            });
    }
}
