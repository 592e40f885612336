using System.CommandLine;
using Firstlight.Cli.Output;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;
using Firstlight.Plumbing.Links;

namespace Firstlight.Cli.Verbs;

/// <summary><c>network</c>.</summary>
internal static class NetworkVerb
{
    /// <summary>The verb.</summary>
    public static Command Build(GlobalOptions globals) => new Verb("network", "Layer-2 networks.", "firstlight network list", "firstlight network create blue --project red")
    {
        ResourceVerbs.List(globals, Resources.Network),
        ResourceVerbs.ShowKept(globals, Resources.Network, "blue"),
        Create(globals),
        ResourceVerbs.Delete(globals, Resources.Network, "blue"),
        LibvirtXml(globals),
    };

    private static Verb LibvirtXml(GlobalOptions globals)
    {
        var name = Options.NameOrId("network");
        var project = Options.Among();
        var verb = new Verb(
            "libvirt-xml", "Print a network definition for libvirt, over the bridge this host keeps for the network.",
            "firstlight network libvirt-xml blue > blue.xml && virsh net-define blue.xml") { name, project };
        verb.SetAction(parse =>
        {
            using var inventory = globals.OpenInventory(parse);
            var cloud = inventory.Read();
            var network = cloud.Networks[Planner.Resolve(cloud, ResourceKind.Network, parse.GetRequiredValue(name), parse.GetValue(project))];
            parse.InvocationConfiguration.Output.WriteLine(AttachmentForms.NetworkXml(network.Id, network.Name, DeviceNames.Bridge(network.Id)));
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static Verb Create(GlobalOptions globals)
    {
        var name = Options.Name("network");
        var project = Options.Owner();
        var mtu = new Option<int?>("--mtu") { Description = "MTU in bytes; 1500 if not given.", HelpName = "BYTES" };
        var external = new Option<bool>("--external") { Description = "It leads outside: routers may have their gateway on it." };
        var uplink = Options.Text("--uplink", "Device of the host to plug into its bridge; external networks only.", "DEVICE");
        var id = Options.Id();
        return new Verb(
            "create", "Create a network.",
            "firstlight network create blue", "firstlight network create jumbo --mtu 9000 --project red", "firstlight network create ext --external --uplink eth1") { name, project, mtu, external, uplink, id }
            .Creates(globals, Resources.Network, parse => new CloudSpec
            {
                Networks =
                [
                    new NetworkSpec
                    {
                        Name = parse.GetRequiredValue(name), Project = parse.GetRequiredValue(project), Mtu = parse.GetValue(mtu),
                        External = parse.GetValue(external), Uplink = parse.GetValue(uplink), Id = parse.GetValue(id),
                    },
                ],
            });
    }
}
