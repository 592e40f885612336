using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Firstlight.Cli.Output;
using Firstlight.Cli.Views;
using Firstlight.Host;
using Firstlight.Plumbing.Attach;
using Firstlight.Plumbing.Links;

namespace Firstlight.Cli.Verbs;

/// <summary><c>port show</c>: what the inventory says of a port, and what this host does about it.</summary>
internal static class PortShowVerb
{
    /// <summary>The verb.</summary>
    public static Verb Build(GlobalOptions globals)
    {
        var name = Options.NameOrId("port");
        var project = Options.Among();
        var format = OutputOption.Create();
        var verb = new Verb(
            "show", "Show one port, its device on this host, and whether a guest on it is held to its own addresses.",
            "firstlight port show web-1-eth1", "firstlight port show web-1-eth1 -o yaml") { name, project, format };
        verb.SetAction(parse =>
        {
            using var inventory = globals.OpenInventory(parse);
            var cloud = inventory.Read();
            var row = Resources.Port.Find(cloud, parse.GetRequiredValue(name), parse.GetValue(project));
            var port = GuestPorts.Of(cloud.Ports[row.Id]);
            var here = new PortHereView(
                DeviceNames.HostEnd(port.Id), GuestAttachment.IsPlugged(port.Id, port.NetworkId), Guard(globals.Load(parse).StatePath, port));
            ResultWriter.WriteOne(parse.InvocationConfiguration.Output, parse.GetValue(format), JsonFields.Joined(row.Json, JsonSerializer.SerializeToElement(here, ViewJson.Default.PortHereView)));
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static string Guard(string statePath, WantedPort port) => !Environment.IsPrivilegedProcess && port.Trust == PortTrust.Guarded
        ? "unknown: only root may read the kernel's rules"
        : GuardText.Of(new GuestAttachment(statePath, TimeProvider.System).Guard(port));
}
