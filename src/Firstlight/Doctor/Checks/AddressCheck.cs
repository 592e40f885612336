namespace Firstlight.Doctor.Checks;

/// <summary>The address that must stand in the namespace: of metadata, or for a router of the gateway.</summary>
internal sealed class AddressCheck(OwnCase on) : ICheck
{
    public string Hop => Hops.Address;

    public IReadOnlyList<string> Needs => [Hops.Device];

    public async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        var way = on.Way;
        if (way is { IsRouted: true, Mac: not null }) return await LookAtProxyAsync(way, cancellationToken);
        var device = await on.Host.DeviceAsync(way.Namespace, way.Device, cancellationToken);
        var standing = device?.Addresses.FirstOrDefault(a => a.Address.Equals(way.Standing));
        if (standing is null)
        {
            var add = $"ip -n {way.Namespace} addr add {way.Standing}/{PrefixLength(way)} dev {way.Device}";
            return Finding.Wrong(Hop, $"{way.Standing} is not on {way.Device}", "nobody answers when the guest looks for it", $"{add} (a running host agent does so by itself)");
        }

        if (standing.Duplicate)
            return Finding.Wrong(Hop, $"{way.Standing} on {way.Device} failed duplicate detection", "another machine on the network has it", "find and stop that machine; the host agent then sets the address again");
        if (standing.Tentative)
            return Finding.Wrong(Hop, $"{way.Standing} on {way.Device} is tentative", "duplicate detection is not over, so it is not used yet", "ask again in two seconds");
        return await JudgeOthersAsync(way, cancellationToken);
    }

    // Several routers may be on one network, and the address is the same for all: each answers for it without carrying it.
    private async Task<Finding> LookAtProxyAsync(GuestWay way, CancellationToken cancellationToken) =>
        await on.Host.ProxiesAsync(way.Namespace, way.Standing, way.Device, cancellationToken)
            ? Finding.Right(Hop, $"{way.Device} answers for {way.Standing}")
            : Finding.Wrong(
                Hop, $"{way.Device} does not answer for {way.Standing}", "nobody answers when the guest looks for it",
                $"ip -n {way.Namespace} neigh add proxy {way.Standing} dev {way.Device} (a running host agent does so by itself)");

    private async Task<Finding> JudgeOthersAsync(GuestWay way, CancellationToken cancellationToken)
    {
        // The next hop that DHCP tells must answer too.
        if (!way.IsRouted && way.Mac is null && way.DevicePort.FixedIps.FirstOrDefault(f => f.SubnetId == way.Subnet.Id)?.Address is { } hop)
        {
            var device = await on.Host.DeviceAsync(way.Namespace, way.Device, cancellationToken);
            if (device is null || !device.Addresses.Any(a => a.Address.Equals(hop)))
                return Finding.Wrong(Hop, $"{hop} is not on {way.Device}", "it is the next hop that guests are told for 169.254.169.254", $"ip -n {way.Namespace} addr add {hop}/{way.Subnet.Cidr.PrefixLength} dev {way.Device}");
        }

        var heard = await on.Host.NeighbourAsync(way.Namespace, way.From, cancellationToken);
        return heard is null || heard.Equals(on.Port.Mac)
            ? Finding.Right(Hop, $"{way.Standing} stands on {way.Device}")
            : Finding.Wrong(
                Hop, $"{way.Standing} stands on {way.Device}, but {way.From} answers from {Cli.Views.CloudViews.MacText(heard)}",
                $"another machine on the network has taken {way.From}, which is of {Cli.Views.CloudViews.MacText(on.Port.Mac)}", "find and stop that machine: firstlight port list shows whose MAC it is");
    }

    private static int PrefixLength(GuestWay way) => way.Mac is not null ? 64 : way.IsRouted ? way.Subnet.Cidr.PrefixLength : 32;
}
