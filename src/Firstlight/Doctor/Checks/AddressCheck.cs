namespace Firstlight.Doctor.Checks;

/// <summary>The address that must stand in the namespace: of metadata, or for a router of the gateway.</summary>
internal sealed class AddressCheck(OwnCase on) : ICheck
{
    private const string Unanswered = "nobody answers when the guest looks for it";
    private const string ByItself = "(a running host agent does so by itself)";

    public string Hop => Hops.Address;

    public IReadOnlyList<string> Needs => [Hops.Device];

    public async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        var way = on.Way;
        if (way is { IsRouted: true, Mac: not null }) return await LookAtProxyAsync(way, cancellationToken);
        var device = await on.Host.DeviceAsync(way.Namespace, way.Device, cancellationToken);
        var standing = device?.Addresses.FirstOrDefault(a => a.Address.Equals(way.Standing));
        if (standing is null)
            return Finding.Wrong(Hop, $"{way.Standing} is not on {way.Device}", Unanswered, $"ip -n {way.Namespace} addr add {way.Standing}/{PrefixLength(way)} dev {way.Device} {ByItself}");

        if (standing.Duplicate)
            return Finding.Wrong(Hop, $"{way.Standing} on {way.Device} failed duplicate detection", "another machine on the network has it", "find and stop that machine; the host agent then sets the address again");
        if (standing.Tentative)
            return Finding.Wrong(Hop, $"{way.Standing} on {way.Device} is tentative", "duplicate detection is not over, so it is not used yet", "ask again in two seconds");
        return await JudgeOthersAsync(way, cancellationToken);
    }

    // Several routers may be on one network, and the address is the same for all: each answers for it without carrying it.
    private async Task<Finding> LookAtProxyAsync(GuestWay way, CancellationToken cancellationToken)
    {
        if (!await on.Host.ProxiesAsync(way.Namespace, way.Standing, way.Device, cancellationToken))
        {
            return Finding.Wrong(
                Hop, $"{way.Device} does not answer for {way.Standing}", Unanswered, $"ip -n {way.Namespace} neigh add proxy {way.Standing} dev {way.Device} {ByItself}");
        }

        return await on.Host.SettingAsync(way.Namespace, "ipv6/conf/all/proxy_ndp", cancellationToken) is "0"
            ? Finding.Wrong(
                Hop, $"proxy_ndp is off in {way.Namespace}", $"the kernel answers for no address that it does not carry, so nobody answers for {way.Standing}",
                $"ip netns exec {way.Namespace} sysctl -w net.ipv6.conf.all.proxy_ndp=1 {ByItself}")
            : await WayBackAsync(way, cancellationToken) ?? Finding.Right(Hop, $"{way.Device} answers for {way.Standing}");
    }

    // What comes in must find its way out: the route of the subnet, which the kernel makes with the address and somebody may have taken away.
    private async Task<Finding?> WayBackAsync(GuestWay way, CancellationToken cancellationToken)
    {
        var found = await on.Host.OnLinkAsync(way.Namespace, way.From, way.Device, cancellationToken);
        if (found == way.Device) return null;
        var prefix = way.Mac is null ? $"{way.Subnet.Cidr}" : "fe80::/64";
        return Finding.Wrong(
            Hop, $"{way.Standing} stands on {way.Device}, but {way.Namespace} reaches {way.From} {(found is null ? "not at all" : $"by {found}")}", "the guest's requests come in, and no answer goes back",
            $"ip -n {way.Namespace} route replace {prefix} dev {way.Device} {ByItself}");
    }

    private async Task<Finding> JudgeOthersAsync(GuestWay way, CancellationToken cancellationToken)
    {
        // The next hop that DHCP tells must answer too.
        if (!way.IsRouted && way.Mac is null && way.DevicePort.FixedIps.FirstOrDefault(f => f.SubnetId == way.Subnet.Id)?.Address is { } hop)
        {
            var device = await on.Host.DeviceAsync(way.Namespace, way.Device, cancellationToken);
            if (device is null || !device.Addresses.Any(a => a.Address.Equals(hop)))
                return Finding.Wrong(Hop, $"{hop} is not on {way.Device}", "it is the next hop that guests are told for 169.254.169.254", $"ip -n {way.Namespace} addr add {hop}/{way.Subnet.Cidr.PrefixLength} dev {way.Device}");
        }

        if (await WayBackAsync(way, cancellationToken) is { } lost) return lost;
        var heard = await on.Host.NeighbourAsync(way.Namespace, way.From, cancellationToken);
        return heard is null || heard.Equals(on.Port.Mac)
            ? Finding.Right(Hop, $"{way.Standing} stands on {way.Device}")
            : Finding.Wrong(
                Hop, $"{way.Standing} stands on {way.Device}, but {way.From} answers from {Cli.Views.CloudViews.MacText(heard)}",
                $"another machine on the network has taken {way.From}, which is of {Cli.Views.CloudViews.MacText(on.Port.Mac)}", "find and stop that machine: firstlight port list shows whose MAC it is");
    }

    private static int PrefixLength(GuestWay way) => way.Mac is not null ? 64 : way.IsRouted ? way.Subnet.Cidr.PrefixLength : 32;
}
