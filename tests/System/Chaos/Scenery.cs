using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.System.Tests.Chaos;

/// <summary>The clouds between which a host is moved, as it carries each in peace, and how long each move takes.</summary>
internal sealed class Scenery
{
    public const string Full = "full";
    public const string Changed = "changed";
    public const string Empty = "empty";

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    // From the full cloud by every move there is.
    private static readonly string[] Tour = [Changed, Empty, Changed, Full, Empty, Full];

    private readonly ServedHost _host;
    private readonly Dictionary<string, Cloud> _clouds = [];
    private readonly Dictionary<string, Scene> _scenes = [];
    private readonly Dictionary<(string From, string To), TimeSpan> _moves = [];

    private Scenery(ServedHost host) => _host = host;

    /// <summary>Parts of all of them.</summary>
    public IReadOnlyCollection<Part> Known => [.. _clouds.Values.SelectMany(c => Parts.Of(c, _host.State.Directory)).DistinctBy(p => p.ToString())];

    /// <summary>From the start of the program on a bare host until all stands.</summary>
    public TimeSpan FirstSync { get; private set; }

    public Scene this[string name] => _scenes[name];

    /// <summary>How long a move takes in peace.</summary>
    public TimeSpan Move(string from, string to) => _moves[(from, to)];

    /// <summary>Moves a host that carries the full cloud through all of them, and leaves it where it was. A cloud that looks different when it is come to by another way is a fault.</summary>
    public static async Task<Scenery> VisitAsync(ServedHost host)
    {
        var scenery = new Scenery(host);
        var full = host.Read();
        scenery._clouds[Full] = full;
        scenery._clouds[Changed] = Change(full, host.State.Directory);
        scenery._clouds[Empty] = Bare(full);
        await scenery.LookAsync(Full);
        var at = Full;
        foreach (var to in Tour)
        {
            scenery._moves[(at, to)] = await scenery.GoAsync(to);
            await scenery.LookAsync(at = to);
        }

        scenery.FirstSync = await scenery.StartAsync();
        return scenery;
    }

    /// <summary>Gives the inventory a cloud.</summary>
    public void Set(string name) => _host.Change(current => _clouds[name] with { Revision = current.Revision });

    private static Cloud Change(Cloud full, string directory)
    {
        var cloud = full;
        foreach (var server in (string[])["owl", "ptarmigan"]) cloud = Planner.Delete(cloud, ResourceKind.Server, server, project: null).Next;
        cloud = Planner.Delete(cloud, ResourceKind.Network, "tundra", project: null).Next;
        var spec = CloudFile.Parse($$"""
            networks:
              - name: meadow
                project: aurora
                mtu: 1400
                subnets: [{name: meadow-v4, cidr: 10.0.0.0/24, gateway: none, dns_nameservers: [192.0.2.54]}]
              - name: marsh
                project: boreal
                subnets:
                  - {name: marsh-v4, cidr: 10.0.0.0/24, gateway: none}
                  - {name: marsh-v6, cidr: "fd00:9::/64", gateway: none, ipv6_address_mode: slaac}
              - name: harbour
                project: aurora
                subnets: [{name: harbour-more, cidr: 10.9.0.0/24}]
            routers:
              - {name: weir, project: boreal, interfaces: []}
              - {name: lighthouse, project: aurora, interfaces: [harbour-v4, harbour-more, quay-v4]}
              - {name: sluice, project: boreal, interfaces: [], gateway: {network: {{ChaosCloud.Outside}}, address: 203.0.113.101} }
            floating_ips:
              - {network: {{ChaosCloud.Outside}}, address: {{ChaosCloud.Floating}}, port: none}
            """, directory);
        return Planner.EnsureDhcpPorts(Planner.Apply(cloud, spec).Next, Dns.GetHostName());
    }

    private static Cloud Bare(Cloud full) => full with
    {
        Networks = ImmutableDictionary<string, Network>.Empty,
        Subnets = ImmutableDictionary<string, Subnet>.Empty,
        Routers = ImmutableDictionary<string, Router>.Empty,
        FloatingIps = ImmutableDictionary<string, FloatingIp>.Empty,
        Ports = ImmutableDictionary<string, Port>.Empty,
        Servers = ImmutableDictionary<string, Server>.Empty,
    };

    private async Task<TimeSpan> GoAsync(string to)
    {
        var start = Stopwatch.GetTimestamp();
        Set(to);
        return await RestAsync(start);
    }

    private async Task<TimeSpan> StartAsync()
    {
        await GoAsync(Empty);
        await _host.KillAsync();
        Set(Full);
        var start = Stopwatch.GetTimestamp();
        _host.Start();
        var longest = await RestAsync(start);
        await _host.ReadyAsync();
        return longest;
    }

    // When anything last came or went.
    private async Task<TimeSpan> RestAsync(long start)
    {
        var known = Known;
        var (last, former) = (TimeSpan.Zero, "");
        do
        {
            var census = await Census.TakeAsync(_host.State.Directory, known);
            if (census != former) (last, former) = (Stopwatch.GetElapsedTime(start), census);
            await Task.Delay(Look);
        }
        while (Stopwatch.GetElapsedTime(start) < last + Rest);

        return last;
    }

    private async Task LookAsync(string name)
    {
        if (_scenes.TryGetValue(name, out var known))
        {
            await known.ComeAboutAsync(_host.State.Directory, Known);
            return;
        }

        var before = await Before.LookAsync(_host);
        _scenes[name] = new Scene(name, _clouds[name], before.Parts, before.Standing, await Census.TakeAsync(_host.State.Directory, Known));
    }
}
