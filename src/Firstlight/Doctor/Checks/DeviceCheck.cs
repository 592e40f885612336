using Firstlight.Cli.Views;
using Firstlight.Plumbing.Links;

namespace Firstlight.Doctor.Checks;

/// <summary>The veth by which guests come into the namespace: both ends.</summary>
internal sealed class DeviceCheck(OwnCase on) : ICheck
{
    public string Hop => Hops.Device;

    public IReadOnlyList<string> Needs => [Hops.Namespace];

    public async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        var (name, inside) = (on.Way.Device, on.Way.Namespace);
        var hostEnd = DeviceNames.HostEnd(on.Way.DevicePort.Id);
        var bridge = DeviceNames.Bridge(on.Network.Id);
        if (await on.Host.DeviceAsync(inside, name, cancellationToken) is not { } device)
            return Finding.Wrong(Hop, $"{name} is missing in {inside}", "the namespace is not connected to the network", "start the host agent; a running one connects it at its next turn");
        if (!device.Up) return Finding.Wrong(Hop, $"{name} is down", "no packet passes it", $"ip -n {inside} link set dev {name} up");
        if (device.Mac is { } mac && !mac.Equals(on.Way.DevicePort.Mac))
        {
            return Finding.Wrong(
                Hop, $"{name} has the MAC {CloudViews.MacText(mac)}, its port has {CloudViews.MacText(on.Way.DevicePort.Mac)}", "guests that know the former one send to nobody, and the host's rules drop what it sends",
                $"ip -n {inside} link set dev {name} address {CloudViews.MacText(on.Way.DevicePort.Mac)} (a running host agent does so by itself)");
        }

        var outside = await on.Host.DeviceAsync(networkNamespace: null, hostEnd, cancellationToken);
        if (outside is null || outside.Master != bridge)
            return Finding.Wrong(Hop, $"{hostEnd}, its end in the host, is in {outside?.Master ?? "no bridge"}", "the namespace is not connected to the network", $"ip link set dev {hostEnd} master {bridge}");
        return outside.Up
            ? Finding.Right(Hop, $"{name} is up, and its end {hostEnd} in {bridge}")
            : Finding.Wrong(Hop, $"{hostEnd}, its end in the host, is down", "no packet passes it", $"ip link set dev {hostEnd} up");
    }
}
