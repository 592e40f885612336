using System.CommandLine;
using Firstlight.Cli.Output;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Cli.Verbs;

/// <summary><c>floatingip</c>.</summary>
internal static class FloatingIpVerb
{
    /// <summary>The verb.</summary>
    public static Command Build(GlobalOptions globals) => new Verb(
        "floatingip", "Addresses of external networks that lead to a port, both ways.", "firstlight floatingip list", "firstlight floatingip create ext --server web-1")
    {
        ResourceVerbs.List(globals, Resources.FloatingIp),
        ResourceVerbs.Show(globals, Resources.FloatingIp, "203.0.113.20"),
        Create(globals),
        ResourceVerbs.Delete(globals, Resources.FloatingIp, "203.0.113.20"),
    };

    private static Verb Create(GlobalOptions globals)
    {
        var network = Options.NameOrId("network");
        var address = Options.Object("--floating-ip-address", "The address; the lowest free one if not given.", "ADDRESS", "an address such as 203.0.113.20", Parts.Address);
        var port = Options.Text("--port", "Port (name or id) it leads to.", "PORT");
        var server = Options.Text("--server", "Instead of a port a server: its first port with an IPv4 address.", "SERVER");
        var fixedAddress = Options.Object("--fixed-ip-address", "Address of the port it leads to; its first IPv4 one if not given.", "ADDRESS", "an address such as 10.0.0.5", Parts.Address);
        var project = Options.Text("--project", "Project name or id that owns it; the port's, else the network's if not given.", "PROJECT");
        var id = Options.Id();
        var verb = new Verb(
            "create", "Create a floating address, leading to a port or, for now, nowhere.",
            "firstlight floatingip create ext --server web-1",
            "firstlight floatingip create ext --floating-ip-address 203.0.113.20 --port web-1-eth0 --fixed-ip-address 10.0.0.5") { network, address, port, server, fixedAddress, project, id };
        verb.Validators.Add(result =>
        {
            if (result.GetValue(port) is not null && result.GetValue(server) is not null) result.AddError("--port and --server exclude each other");
        });
        return verb.Creates(globals, Resources.FloatingIp, parse => new CloudSpec
        {
            FloatingIps =
            [
                new FloatingIpSpec
                {
                    Network = parse.GetRequiredValue(network),
                    Address = parse.GetValue(address),
                    Port = parse.GetValue(port),
                    Server = parse.GetValue(server),
                    FixedAddress = parse.GetValue(fixedAddress),
                    Project = parse.GetValue(project),
                    Id = parse.GetValue(id),
                },
            ],
        });
    }
}
