using System.Diagnostics;
using System.Globalization;
using Firstlight.Bench.Machine;
using Firstlight.Bench.Report;
using Firstlight.Conformance.Tests.Neutron;

namespace Firstlight.Bench.OpenStack;

/// <summary>
/// A host with many networks and nothing else: our agent listening in all their namespaces, and then a haproxy in each with the configuration Neutron
/// writes. Nobody asks anything.
/// </summary>
internal sealed class ManyNetworks(string root, LabHost host, string haproxyConfiguration, string network)
{
    private const string Ours = "many-ours";

    // Made while our agent runs, one after the other.
    private const int OneByOne = 20;
    private const int Starts = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);
    private readonly LabProcesses _processes = new(host);

    private string Log => Path.Combine(host.Root, "log", $"{Ours}.log");

    /// <param name="networks">How many; more than 21.</param>
    /// <param name="ticksPerSecond">Unit of processor time.</param>
    /// <param name="cancellationToken">Ends it between two steps.</param>
    public async Task<NetworksResult> RunAsync(int networks, int ticksPerSecond, CancellationToken cancellationToken)
    {
        foreach (var folder in (string[])["run", "log", "many"]) Directory.CreateDirectory(Path.Combine(host.Root, folder));
        await File.WriteAllTextAsync(Path.Combine(host.Root, "many.conf"), """
            [DEFAULT]
            metadata_proxy_shared_secret = bench
            [neutron]
            auth_type = none
            endpoint_override = http://127.0.0.1:9696
            [firstlight]
            agent_listen = namespaces
            management_listen =

            """, cancellationToken);
        await MakeAsync(1, 1);
        var (_, oneCpu) = await StartsAsync(1, ticksPerSecond, cancellationToken);
        await Task.Delay(Settling, cancellationToken);
        var one = Memory();

        var newNetwork = new List<double>();
        for (var n = 2; n < 2 + OneByOne; n++)
        {
            var begun = Stopwatch.GetTimestamp();
            await host.RunAsync("ip", "netns", "add", Name(n));
            await UntilListeningAsync(n, cancellationToken);
            newNetwork.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        }

        await MakeAsync(2 + OneByOne, networks);
        await UntilListeningAsync(networks, cancellationToken);
        await Task.Delay(Settling, cancellationToken);
        var grown = Memory();
        await Service().StopAsync();

        var (allMs, allCpu) = await StartsAsync(networks, ticksPerSecond, cancellationToken);
        await Task.Delay(Settling, cancellationToken);
        var restarted = Memory();
        await Service().StopAsync();

        var (haproxyMs, haproxyOne, haproxyAll) = await HaproxiesAsync(networks, cancellationToken);
        return new(
            networks, one, Math.Max(grown, restarted), haproxyOne, haproxyAll, allMs / networks, (allCpu - oneCpu) / (networks - 1), haproxyMs, Spread.Of(newNetwork));
    }

    private static string Id(int number) => string.Create(CultureInfo.InvariantCulture, $"00000000-0000-4000-a000-{number:D12}");

    private static string Name(int number) => $"qdhcp-{Id(number)}";

    private long Memory() => ProcessCpu.MemoryKiB([_processes.Of(Service())]);

    private LabService Service() => new(
        host, Ours, ["/usr/bin/taskset", "-c", "0", $"{root}/firstlight", "metadata-agent", "--config-file", Path.Combine(host.Root, "many.conf")], () => Task.FromResult(true));

    // The address is there as Neutron's DHCP agent has it: haproxy needs it, ours does not.
    private async Task MakeAsync(int first, int last)
    {
        var names = string.Join('\n', Enumerable.Range(first, last - first + 1).Select(n => $"netns add {Name(n)}")) + "\n";
        await File.WriteAllTextAsync(Path.Combine(host.Root, "many/add"), names);
        await host.RunAsync("ip", "-batch", Path.Combine(host.Root, "many/add"));
    }

    private async Task AddressAsync(int first, int last)
    {
        await File.WriteAllTextAsync(Path.Combine(host.Root, "many/address"), "link set lo up\naddress add 169.254.169.254/32 dev lo\n");
        var commands = Enumerable.Range(first, last - first + 1).Select(n => $"ip -n {Name(n)} -batch {host.Root}/many/address");
        await host.RunAsync("sh", "-ec", string.Join('\n', commands));
    }

    // Medians of some starts; the agent of the last runs on.
    private async Task<(double Ms, double CpuMs)> StartsAsync(int networks, int ticksPerSecond, CancellationToken cancellationToken)
    {
        var starts = new List<(double Ms, double CpuMs)>();
        for (var i = 0; i < Starts; i++)
        {
            if (i > 0) await Service().StopAsync();
            starts.Add(await StartAsync(networks, ticksPerSecond, cancellationToken));
        }

        return (Spread.Of(starts.Select(s => s.Ms)).Median, Spread.Of(starts.Select(s => s.CpuMs)).Median);
    }

    // Milliseconds from the first namespace found to the last listener, and processor time in milliseconds from the start until then.
    private async Task<(double Ms, double CpuMs)> StartAsync(int networks, int ticksPerSecond, CancellationToken cancellationToken)
    {
        File.Delete(Log);
        var service = Service();
        await service.StartAsync(MetadataPaths.OurEnvironment);
        await UntilListeningAsync(networks, cancellationToken);
        var (user, system) = ProcessCpu.Ticks([_processes.Of(service)]);
        var lines = await File.ReadAllLinesAsync(Log, cancellationToken);
        return ((At("Listening on", last: true) - At("Found namespace", last: false)).TotalMilliseconds, (user + system) * 1000.0 / ticksPerSecond);

        DateTimeOffset At(string what, bool last)
        {
            var said = lines.Where(l => l.Contains(what, StringComparison.Ordinal));
            return DateTimeOffset.Parse((last ? said.Last() : said.First()).Split(' ')[0], CultureInfo.InvariantCulture);
        }
    }

    // By its log: asking it would cost it something.
    private async Task UntilListeningAsync(int count, CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        while (!File.Exists(Log) || File.ReadLines(Log).Count(l => l.Contains("Listening on", StringComparison.Ordinal)) < count)
        {
            if (Stopwatch.GetElapsedTime(begun) > Patience) throw Service().Failed(string.Create(CultureInfo.InvariantCulture, $"does not listen in {count} namespaces"));
            await Task.Delay(2, cancellationToken);
        }
    }

    private async Task<(Spread Ms, long One, long All)> HaproxiesAsync(int networks, CancellationToken cancellationToken)
    {
        const int Chunk = 50;
        var text = string.Join('\n', (await File.ReadAllLinesAsync(haproxyConfiguration, cancellationToken)).Where(l => !l.Contains("bind fe80", StringComparison.Ordinal)));
        var pidFile = text.Split('\n').First(l => l.Contains("pidfile", StringComparison.Ordinal)).Trim().Split(' ')[^1];
        for (var n = 1; n <= networks; n++)
        {
            var own = text.Replace(pidFile, Path.Combine(host.Root, $"many/{Id(n)}.pid"), StringComparison.Ordinal).Replace(network, Id(n), StringComparison.Ordinal);
            await File.WriteAllTextAsync(Path.Combine(host.Root, $"many/{Id(n)}.conf"), own + "\n", cancellationToken);
        }

        await AddressAsync(1, 1);
        await host.RunAsync("ip", "netns", "exec", Name(1), "haproxy", "-f", Path.Combine(host.Root, $"many/{Id(1)}.conf"));
        var one = ProcessCpu.MemoryKiB(_processes.Named("/many/"));
        var times = new List<double>();
        for (var first = 2; first <= networks; first += Chunk)
        {
            var last = Math.Min(first + Chunk - 1, networks);
            await AddressAsync(first, last);
            // It goes to the background when it listens. On the processor our agent had.
            var script = Path.Combine(host.Root, "many/start");
            await File.WriteAllLinesAsync(script, Enumerable.Range(first, last - first + 1).Select(n => $"ip netns exec {Name(n)} haproxy -f {host.Root}/many/{Id(n)}.conf"), cancellationToken);
            var begun = Stopwatch.GetTimestamp();
            await host.RunAsync("taskset", "-c", "0", "sh", "-e", script);
            times.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds / (last - first + 1));
        }

        var pids = _processes.Named("/many/");
        return pids.Count == networks
            ? (Spread.Of(times), one, ProcessCpu.MemoryKiB(pids))
            : throw new BenchException(string.Create(CultureInfo.InvariantCulture, $"{pids.Count} haproxies run where {networks} were started"));
    }
}
