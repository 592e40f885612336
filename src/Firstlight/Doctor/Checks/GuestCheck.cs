using Firstlight.Cli.Views;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Look;

namespace Firstlight.Doctor.Checks;

/// <summary>The guest's end on this host: plugged in, and with the MAC of its port.</summary>
internal sealed class GuestCheck(OwnCase on) : ICheck
{
    public string Hop => Hops.Guest;

    public IReadOnlyList<string> Needs => [Hops.Bridge];

    public async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        var name = DeviceNames.HostEnd(on.Port.Id);
        var bridge = DeviceNames.Bridge(on.Network.Id);
        if (await on.Host.DeviceAsync(networkNamespace: null, name, cancellationToken) is not { } device)
            return Finding.Wrong(Hop, $"{name} is missing", "no guest is plugged in at this port on this host", "start the guest here, with its device named so");
        if (device.Master != bridge)
            return Finding.Wrong(Hop, $"{name} is in {device.Master ?? "no bridge"}", $"the guest is not on its network, which is {bridge}", $"ip link set dev {name} master {bridge}");
        if (!device.Up) return Finding.Wrong(Hop, $"{name} is down", "no packet of the guest comes in", $"ip link set dev {name} up");
        if (!device.HasCarrier) return Finding.Wrong(Hop, $"{name} has no carrier", "nothing has its other end: the guest is off, or its own end is down", "start the guest, or switch its interface on inside it");
        return Judge(name, await on.Host.StationsAsync(bridge, cancellationToken));
    }

    private Finding Judge(string name, IReadOnlyList<StationSeen> stations)
    {
        var mac = CloudViews.MacText(on.Port.Mac);
        var learned = stations.Where(s => s.Learned).ToList();
        if (learned.Find(s => s.Mac.Equals(on.Port.Mac) && s.Device != name) is { } elsewhere)
        {
            return Finding.Wrong(
                Hop, $"{name} is plugged in, but {mac} is behind {elsewhere.Device}", "another machine on the network uses this guest's MAC and gets its packets", $"find the guest behind {elsewhere.Device} and stop it; one of them must go");
        }

        var here = learned.Where(s => s.Device == name).Select(s => s.Mac).ToList();
        if (here.Contains(on.Port.Mac)) return Finding.Right(Hop, $"{name} is up in its bridge, {mac} was heard");
        return here.Count == 0
            ? Finding.Right(Hop, $"{name} is up in its bridge, nothing was heard from it lately")
            : Finding.Odd(
                Hop, $"{name} is up in its bridge, heard was {string.Join(", ", here.Select(CloudViews.MacText))} and not {mac}",
                "the guest sends with another MAC than its port has: DHCP does not know it", "give the guest's interface the MAC of the port");
    }
}
