using Firstlight.System.Tests.Support;

namespace Firstlight.Conformance.Tests.Neutron;

/// <summary>Putting ours in the places of the real ones, and back.</summary>
public sealed partial class NeutronLab
{
    private const string ProxiesOfNeutron = "/neutron/ns-metadata-proxy/";

    private const string StandIn = "stand-in";

    private string ProxyKindFile => Services.At("run/proxies");

    /// <summary>Changes what is on the way of requests; does nothing when all is as wanted. Returns when the metadata agent serves.</summary>
    internal async Task WireAsync(Wiring wiring)
    {
        if (wiring is { OurApi: true, OneProcess: false }) await Services.OurApi.StartAsync();
        var agent = (wiring.OurAgent, wiring.StandIn, wiring.OurApi) switch
        {
            _ when wiring.OneProcess => Services.OurAgentWithApi,
            (false, _, false) => Services.MetadataAgent,
            (false, _, true) => Services.MetadataAgentOfOurApi,
            (true, false, _) => Services.OurAgentOnSocket,
            (true, true, false) => Services.OurAgent,
            (true, true, true) => Services.OurAgentOfOurApi,
        };
        foreach (var other in Services.MetadataAgents.Where(other => other != agent)) await other.StopAsync();
        await ProxiesAsync(wiring.StandIn);
        await agent.StartAsync();
    }

    /// <summary>Ids of processes that are really haproxy, by the program they run.</summary>
    internal async Task<IReadOnlyList<string>> HaproxiesAsync() =>
        (await _host.TryAsync("sh", "-c", "for p in /proc/[0-9]*; do case $(readlink $p/exe) in */haproxy) echo ${p#/proc/};; esac; done")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Processes that Neutron's agents take for their proxies: haproxies, or stand-ins.</summary>
    internal IReadOnlyList<(int Id, string CommandLine)> Proxies() => [.. _host.Processes().Where(p => p.CommandLine.Contains(ProxiesOfNeutron, StringComparison.Ordinal))];

    /// <summary>What our agent says of itself.</summary>
    internal Task<string> StatusAsync() => _host.RunAsync("curl", "-fsS", "--max-time", "10", $"http://127.0.0.1:{Lab.OurManagementPort}/status");

    /// <summary>Ends Neutron's DHCP agent and starts it with the same proxies; returns when it has looked at every network.</summary>
    internal async Task RestartDhcpAsync()
    {
        await Services.Dhcp.StopAsync();
        await StartDhcpAsync(await File.ReadAllTextAsync(ProxyKindFile) == StandIn);
    }

    // The agents look for haproxy in their path. They are told nothing else, and find their proxies gone when they start again.
    private async Task ProxiesAsync(bool standIn)
    {
        var wanted = standIn ? StandIn : "haproxy";
        if (File.Exists(ProxyKindFile) && await File.ReadAllTextAsync(ProxyKindFile) == wanted) return;
        File.Delete(ProxyKindFile);
        await Task.WhenAll(Services.Dhcp.StopAsync(), Services.Router.StopAsync());
        foreach (var (id, _) in Proxies()) await _host.TryAsync("kill", "-TERM", $"{id}");
        await Eventually.TrueAsync(() => Task.FromResult(Proxies().Count == 0), "the proxies of before are gone");
        await Task.WhenAll(StartDhcpAsync(standIn), Services.Router.StartAsync(ProxyEnvironment(standIn)));
        var routers = (await Neutron.ListAsync("routers")).Select(r => r.GetProperty("id").GetString()!).ToList();
        await Services.Router.UntilAsync(
            () => Task.FromResult(routers.TrueForAll(id => Proxies().Any(p => p.CommandLine.Contains(id, StringComparison.Ordinal)))), "has not started every router's proxy");
        await File.WriteAllTextAsync(ProxyKindFile, wanted);
    }

    // What is made or changed while the agent still looks at what there is already may be passed over until its next look.
    private async Task StartDhcpAsync(bool standIn)
    {
        var before = Synchronised();
        await Services.Dhcp.StartAsync(ProxyEnvironment(standIn));
        await Services.Dhcp.UntilAsync(() => Task.FromResult(Synchronised() > before), "has not synchronised");
    }

    private (string, string)[] ProxyEnvironment(bool standIn) =>
    [
        ("PATH", standIn ? $"{Path.Combine(AppContext.BaseDirectory, "Neutron", StandIn)}:{Lab.SystemPath}" : Lab.SystemPath),
        ("FIRSTLIGHT_STAND_IN_DIR", Services.At(StandIn)),
    ];

    private int Synchronised() => Services.Dhcp.Log.Split("Synchronizing state complete").Length;
}
