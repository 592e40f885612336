using System.Net;
using Firstlight.Cli.Views;
using Firstlight.Host;

namespace Firstlight.Doctor.Checks;

/// <summary>What dnsmasq will tell the guest: its own address, and the route to metadata.</summary>
internal sealed class RouteCheck(OwnCase on) : ICheck
{
    private const string Rewrite = "a running host agent writes the file anew at its next turn and makes dnsmasq reread it; see its log if it does not";

    public string Hop => Hops.Route;

    public IReadOnlyList<string> Needs => [Hops.Subnet];

    public Task<Finding> LookAsync(CancellationToken cancellationToken) => Task.FromResult(Look());

    private Finding Look()
    {
        var subnet = on.Way.Subnet;
        if (!subnet.EnableDhcp) return Finding.NotLookedAt(Hop, $"DHCP is off on {subnet.Name}");
        if (subnet.IpVersion == 6 && DhcpCheck.IsByAdvertisement(subnet)) return Finding.NotLookedAt(Hop, "fe80::a9fe:a9fe is on the link and needs no route");

        var directory = DhcpCheck.DirectoryOf(on);
        var address = on.Port.FixedIps.First(f => f.SubnetId == subnet.Id).Address;
        var mac = CloudViews.MacText(on.Port.Mac);
        var entry = subnet.IpVersion == 4 ? $",{address}" : $",[{address}]";
        var hosts = Read(Path.Combine(directory, "host"));
        if (!hosts.Any(l => l.StartsWith(mac, StringComparison.OrdinalIgnoreCase) && (l + ",").Contains(entry + ",", StringComparison.Ordinal)))
            return Finding.Wrong(Hop, $"no entry for {mac} with {address} in {directory}/host", "dnsmasq offers addresses only to MACs it knows", Rewrite);
        if (subnet.IpVersion == 6) return Finding.Right(Hop, $"{mac} is given {address}; fe80::a9fe:a9fe is on the link");
        return JudgeOptions(Path.Combine(directory, "opts"), $"tag:subnet-{subnet.Id},", $"{mac} is given {address}");
    }

    private Finding JudgeOptions(string file, string tag, string seen)
    {
        var options = Read(file).Where(l => l.StartsWith(tag, StringComparison.Ordinal)).Select(l => l[tag.Length..]).ToList();
        var subnet = on.Way.Subnet;
        if (MetadataPath.NextHop(on.View, subnet, on.Options) is not { } hop) return JudgeGateway(options, file, seen);
        var route = $"169.254.169.254/32,{hop}";
        foreach (var (option, name) in (ReadOnlySpan<(string, string)>)[("option:classless-static-route,", "121"), ("249,", "249")])
        {
            var told = options.Find(o => o.StartsWith(option, StringComparison.Ordinal));
            if (told is null) return Finding.Wrong(Hop, $"no option {name} in {file}", "the guest is told no route to 169.254.169.254", Rewrite);
            if (!(told + ",").Contains($",{route},", StringComparison.Ordinal))
                return Finding.Wrong(Hop, $"option {name} in {file} has no route 169.254.169.254 by {hop}", "the guest sends its requests elsewhere", Rewrite);
        }

        return Finding.Right(Hop, $"{seen}, and 169.254.169.254 by {hop}");
    }

    private Finding JudgeGateway(List<string> options, string file, string seen)
    {
        IPAddress? gateway = on.Way.Subnet.GatewayIp;
        return options.Contains($"option:router,{gateway}", StringComparer.Ordinal)
            ? Finding.Right(Hop, $"{seen}, and everything by {gateway}")
            : Finding.Wrong(Hop, $"no gateway {gateway} in {file}", "the guest is told no route at all", Rewrite);
    }

    private static string[] Read(string file) => File.Exists(file) ? File.ReadAllLines(file) : [];
}
