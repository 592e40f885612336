using System.CommandLine;
using System.Text.Json;
using Firstlight.Cli.Output;
using Firstlight.Cli.Views;
using Firstlight.Host;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;
using Firstlight.Plumbing.Attach;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Processes;

namespace Firstlight.Cli.Verbs;

/// <summary><c>port attach</c>, <c>port detach</c>.</summary>
internal static class PortAttachVerb
{
    /// <summary><c>port attach PORT</c>.</summary>
    public static Verb Attach(GlobalOptions globals)
    {
        var name = Options.NameOrId("port");
        var project = Options.Among();
        var tap = new Option<bool>("--tap") { Description = "A persistent tap, for a virtual machine (if nothing else is asked for)." };
        var veth = new Option<bool>("--veth") { Description = "A veth, for a namespace." };
        var netns = Options.Text("--netns", "Namespace the far end of the veth goes to, where it is eth0.", "NAME");
        var far = Options.Text("--device", "Name of the far end of the veth.", "NAME");
        var user = Options.Text("--user", "User that may open the tap, name or number; root if not given.", "USER");
        var group = Options.Text("--group", "Group that may open the tap, name or number.", "GROUP");
        var libvirt = new Option<bool>("--libvirt") { Description = "Make nothing, for libvirt makes the tap; print the <interface type='bridge'> it needs." };
        var wait = new Option<int>("--wait") { Description = "Seconds to wait for the agent to take in a port that was made just now; 10 if not given.", HelpName = "SECONDS", DefaultValueFactory = _ => 10 };
        var form = AttachmentForms.Option();
        var verb = new Verb(
            "attach", "Plug a guest into a port's network: a tap or veth in its bridge, held to the port's MAC and addresses. Can be done twice.",
            "firstlight port attach web-1-eth0 --user libvirt-qemu",
            "firstlight port attach web-1-eth0 -o qemu      # and print QEMU's arguments",
            "firstlight port attach web-1-eth0 --libvirt    # print what libvirt needs to do it itself",
            "firstlight port attach web-1-eth0 --veth --netns web-1") { name, project, tap, veth, netns, far, user, group, libvirt, wait, form };
        verb.Validators.Add(result =>
        {
            var isVeth = result.GetValue(veth) || result.GetValue(netns) is not null || result.GetValue(far) is not null;
            var isTap = result.GetValue(tap) || result.GetValue(user) is not null || result.GetValue(group) is not null;
            if (isVeth && isTap) result.AddError("a device is a tap (--tap, --user, --group) or a veth (--veth, --netns, --device), not both");
            else if (isVeth && result.GetValue(form) is AttachmentForm.Xml or AttachmentForm.Qemu) result.AddError("xml and qemu are for taps");
            else if (result.GetValue(libvirt) && (isVeth || isTap || result.GetValue(form) is AttachmentForm.Qemu)) result.AddError("with --libvirt nothing is made and XML is printed");
        });
        verb.SetAction((parse, cancellationToken) => GuardAsync(async () =>
        {
            RequireRoot("port attach");
            var (port, network) = Find(globals, parse, parse.GetRequiredValue(name), parse.GetValue(project));
            var attachment = AttachmentOf(globals, parse, TimeSpan.FromSeconds(parse.GetValue(wait)));
            var isVeth = parse.GetValue(veth) || parse.GetValue(netns) is not null || parse.GetValue(far) is not null;
            var wanted = new GuestDevice
            {
                Port = GuestPorts.Of(port),
                Mtu = network.Mtu,
                Kind = isVeth ? GuestDeviceKind.Veth : GuestDeviceKind.Tap,
                NetworkNamespace = parse.GetValue(netns),
                FarName = parse.GetValue(far),
                User = parse.GetValue(user),
                Group = parse.GetValue(group),
            };
            if (parse.GetValue(libvirt)) await attachment.EnsureReadyAsync(wanted.Port, cancellationToken);
            else await attachment.AttachAsync(wanted, cancellationToken);
            var view = new AttachmentView(
                port.Id, DeviceNames.HostEnd(port.Id), parse.GetValue(libvirt) ? "libvirt" : isVeth ? "veth" : "tap", DeviceNames.Bridge(network.Id), network.Mtu,
                CloudViews.MacText(port.Mac), wanted.NetworkNamespace, GuardText.Of(attachment.Guard(wanted.Port)));
            AttachmentForms.Write(parse.InvocationConfiguration.Output, parse.GetValue(libvirt) && parse.GetValue(form) == AttachmentForm.Table ? AttachmentForm.Xml : parse.GetValue(form), view);
            return ExitCodes.Ok;
        }));
        return verb;
    }

    /// <summary><c>port detach PORT</c>.</summary>
    public static Verb Detach(GlobalOptions globals)
    {
        var name = Options.NameOrId("port");
        var project = Options.Among();
        var verb = new Verb(
            "detach", "Take the device of a port away; a port that is gone is named by its id. Can be done twice.",
            "firstlight port detach web-1-eth0") { name, project };
        verb.SetAction((parse, cancellationToken) => GuardAsync(async () =>
        {
            RequireRoot("port detach");
            var text = parse.GetRequiredValue(name);

            // A guest may outlive its port, and its device is to go all the same.
            var id = Guid.TryParse(text, out var uuid) ? uuid.ToString("D") : Find(globals, parse, text, parse.GetValue(project)).Port.Id;
            var removed = await AttachmentOf(globals, parse, TimeSpan.Zero).DetachAsync(id, cancellationToken);
            await parse.InvocationConfiguration.Output.WriteLineAsync(removed ? $"{DeviceNames.HostEnd(id)} is gone" : $"there is no {DeviceNames.HostEnd(id)}");
            return ExitCodes.Ok;
        }));
        return verb;
    }

    private static (Port Port, Network Network) Find(GlobalOptions globals, ParseResult parse, string name, string? project)
    {
        using var inventory = globals.OpenInventory(parse);
        var cloud = inventory.Read();
        var port = cloud.Ports[Planner.Resolve(cloud, ResourceKind.Port, name, project)];
        return (port, cloud.Networks[port.NetworkId]);
    }

    private static GuestAttachment AttachmentOf(GlobalOptions globals, ParseResult parse, TimeSpan wait) =>
        new(globals.Load(parse).StatePath, TimeProvider.System) { WaitForAgent = wait };

    private static void RequireRoot(string verb)
    {
        if (!Environment.IsPrivilegedProcess) throw new ProgramEndException(ExitCodes.NotPermitted, $"'{verb}' changes network devices: run it as root");
    }

    private static async Task<int> GuardAsync(Func<Task<int>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception e) when (e is AttachException or ProcessFailedException)
        {
            throw new ProgramEndException(ExitCodes.Unavailable, e.Message, e);
        }
    }
}
