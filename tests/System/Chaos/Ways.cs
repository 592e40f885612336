using System.Net;
using System.Text.Json;
using Firstlight.Inventory.Own.Model;
using Firstlight.Lab;
using Firstlight.System.Tests.Support;

namespace Firstlight.System.Tests.Chaos;

/// <summary>Every way on which guests of the chaos cloud ask: for their metadata by each family they have, and the machine outside.</summary>
internal static class Ways
{
    private const string MetaData = "/openstack/latest/meta_data.json";
    private static readonly IPEndPoint V4 = IPEndPoint.Parse("169.254.169.254:80");
    private static readonly IPEndPoint Outside = IPEndPoint.Parse($"{ChaosCloud.Machine}:{WhoAsks.Port}");

    /// <summary>The askers of all guests.</summary>
    public static async Task<IReadOnlyList<Asker>> OfAsync(ServedHost host)
    {
        var askers = new List<Asker>();
        foreach (var guest in host.Guests) askers.AddRange(await OfAsync(host, guest));
        return askers;
    }

    private static async Task<List<Asker>> OfAsync(ServedHost host, Guest guest)
    {
        var file = Path.Combine("/run/netns", guest.Namespace);
        var router = guest.Path == GuestPath.Router ? host.Cloud.Routers[guest.ScopeId] : null;
        var name = guest.Server.Name;
        var askers = new List<Asker>();
        if (guest.HasV4) askers.Add(Metadata("over IPv4", V4));
        if (guest.Ports[0].FixedIps.Any(f => host.Cloud.Subnets[f.SubnetId].IpVersion == 6)) askers.Add(Metadata("over IPv6", await LinkLocalAsync(guest)));
        if (router is not null && HasGateway(host.Cloud, router))
        {
            var source = name == ChaosCloud.FloatingServer ? ChaosCloud.Floating : ChaosCloud.Gateway;
            askers.Add(new Asker($"{name} outside", Way(Outside, "/", isOutside: true), (_, body) => body == source ? (AttemptEnd.Served, "") : (AttemptEnd.Wrong, $"it was seen as {body}, not as {source}")));
        }

        return askers;

        Asker Metadata(string by, IPEndPoint to) => new($"{name} {by}", Way(to, MetaData, isOutside: false), (status, body) => Judge(guest.Server, status, body));

        AskedWay Way(IPEndPoint to, string path, bool isOutside) => new(file, to, path, name, guest.Network.Name, router?.Name, isOutside);
    }

    private static bool HasGateway(Cloud cloud, Router router) => cloud.Ports.Values.Any(p => p.DeviceId == router.Id && p.DeviceOwner == DeviceOwners.RouterGateway);

    // A guest takes any other status as an answer: 404 tells it that it is nobody.
    private static (AttemptEnd End, string Detail) Judge(Server server, int status, string body)
    {
        if (status != 200) return (AttemptEnd.Wrong, $"status {status}");
        try
        {
            using var document = JsonDocument.Parse(body);
            var uuid = document.RootElement.GetProperty("uuid").GetString();
            return uuid == server.Id ? (AttemptEnd.Served, "") : (AttemptEnd.Foreign, $"the metadata of {document.RootElement.GetProperty("name")} ({uuid})");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException)
        {
            return (AttemptEnd.Wrong, $"no meta_data.json: {body}");
        }
    }

    private static async Task<IPEndPoint> LinkLocalAsync(Guest guest)
    {
        var shown = await Run.ProgramAsync("ip", "-n", guest.Namespace, "-o", "link", "show", "dev", "eth0");
        return new IPEndPoint(new IPAddress(IPAddress.Parse("fe80::a9fe:a9fe").GetAddressBytes(), long.Parse(shown.Output.Split(':')[0])), 80);
    }
}
