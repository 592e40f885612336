namespace Firstlight.System.Tests.Chaos;

/// <summary>What can be done to a router: to its rules, its devices, its namespace and what advertises it.</summary>
internal static class RouterHarms
{
    private static readonly string[] Metadata = ["metadata_mark", "metadata_redirect", "metadata_input", "metadata_forward"];
    private static readonly string[] Outside = ["outside_mark", "floating_destination", "outside_source", "outside_forward"];

    /// <summary>All that apply to it.</summary>
    public static IReadOnlyList<Harm> Of(RouterPart part, Random random)
    {
        var leg = part.Legs[random.Next(part.Legs.Count)];
        var harms = OfVeth(part, leg, way => way.Through == part.Router.Name && way.Network == leg.Network).Concat(OfNamespace(part, random)).ToList();
        if (part.Gateway is { } gateway) harms.AddRange(OfGateway(part, gateway));
        if (part.Directory is { } directory) harms.Add(new Harm($"what advertises it killed ({part.Name})", [part], Harm.Nobody, () => NetworkHarms.KillAsync(directory)));
        if (part.Directory is not null) harms.Add(Harm.ByIp("proxied neighbour deleted", part, Through(part), "-n", part.Namespace, "neigh", "del", "proxy", "fe80::a9fe:a9fe", "dev", leg.Name));
        return harms;
    }

    private static IEnumerable<Harm> OfNamespace(RouterPart part, Random random)
    {
        var all = Through(part);
        string[] Nft(params string[] arguments) => ["netns", "exec", part.Namespace, "nft", .. arguments];
        yield return Harm.ByIp("rules flushed", part, all, Nft("flush", "table", "inet", "firstlight"));
        yield return Harm.ByIp("table deleted", part, all, Nft("delete", "table", "inet", "firstlight"));
        yield return Harm.ByIp("whole ruleset flushed", part, all, Nft("flush", "ruleset"));
        string[] chains = part.Gateway is null ? Metadata : [.. Metadata, .. Outside];
        var chain = chains[random.Next(chains.Length)];
        yield return Harm.ByIp($"chain {chain} flushed", part, all, Nft("flush", "chain", "inet", "firstlight", chain));
        yield return Harm.ByIp("namespace deleted", part, all, "netns", "del", part.Namespace);
        yield return Harm.By("namespace unmounted", part, all, "umount", $"/run/netns/{part.Namespace}");
        yield return Harm.By("forwarding and proxying off", part, all, "ip", "netns", "exec", part.Namespace, "sysctl", "-q", "-w", "net.ipv4.ip_forward=0", "net.ipv6.conf.all.proxy_ndp=0");
    }

    private static IEnumerable<Harm> OfGateway(RouterPart part, Veth gateway)
    {
        Func<AskedWay, bool> outside = way => way.Through == part.Router.Name && way.IsOutside;
        foreach (var harm in OfVeth(part, gateway, outside)) yield return harm;
        yield return Harm.ByIp("default route deleted", part, outside, "-n", part.Namespace, "route", "del", "default");
        yield return Harm.ByIp("floating address deleted", part, outside, "-n", part.Namespace, "addr", "del", $"{ChaosCloud.Floating}/32", "dev", gateway.Name);
        yield return Harm.ByIp("gateway's address deleted", part, outside, "-n", part.Namespace, "addr", "del", $"{ChaosCloud.Gateway}/24", "dev", gateway.Name);
    }

    private static IEnumerable<Harm> OfVeth(RouterPart part, Veth veth, Func<AskedWay, bool> concerned)
    {
        var where = part.Namespace;
        yield return Harm.ByIp($"device on {veth.Network} down", part, concerned, "-n", where, "link", "set", "dev", veth.Name, "down");
        yield return Harm.ByIp($"addresses on {veth.Network} deleted", part, concerned, "-n", where, "addr", "flush", "dev", veth.Name);
        yield return Harm.ByIp($"host's end of {veth.Network} down", part, concerned, "link", "set", "dev", veth.HostEnd, "down");
        yield return Harm.ByIp($"pulled out of {veth.Network}", part, concerned, "link", "set", "dev", veth.HostEnd, "nomaster");
        yield return Harm.ByIp($"veth on {veth.Network} deleted", part, concerned, "link", "del", "dev", veth.HostEnd);
        yield return Harm.By($"routes to {veth.Network} deleted", part, concerned, "sh", "-c", $"for f in -4 -6; do ip -n {where} $f route flush dev {veth.Name} proto kernel; done");
        yield return Harm.ByIp($"MAC on {veth.Network} changed", part, concerned, "-n", where, "link", "set", "dev", veth.Name, "address", "02:00:00:00:00:02");
    }

    private static Func<AskedWay, bool> Through(RouterPart part) => way => way.Through == part.Router.Name;
}
