using System.Diagnostics;
using System.Net;
using Firstlight.Agent.Limit;
using Firstlight.Agent.Tests.Support;

namespace Firstlight.Agent.Tests.Limit;

/// <summary>The same requests at the same times to the real haproxy and to the agent.</summary>
public sealed class HaproxyDifferentialTests(ITestOutputHelper output)
{
    private const int Guests = 40;
    private const int Trials = 300;

    private static readonly RateLimitOptions Sustained = new()
    {
        BaseLimit = 6, BaseWindow = TimeSpan.FromSeconds(4), BurstLimit = 3, BurstWindow = TimeSpan.FromSeconds(1),
    };

    private static readonly RateLimitOptions Equal = new()
    {
        BaseLimit = 3, BaseWindow = TimeSpan.FromSeconds(2), BurstLimit = 3, BurstWindow = TimeSpan.FromSeconds(2),
    };

    [Fact]
    public async Task Agent_refuses_what_haproxy_refuses() => await Task.WhenAll(Compare(Sustained, 1), Compare(Equal, 2));

    [Fact]
    public async Task Refusal_reads_as_haproxys()
    {
        var limit = new RateLimitOptions { BaseLimit = 0 };
        await using var haproxy = await Haproxy.StartAsync(limit);
        await using var agent = await TestAgent.StartAsync(new AgentOptions { RateLimit = limit });

        foreach (var method in (string[])["GET", "HEAD", "POST"])
        {
            var request = $"{method} /openstack HTTP/1.1\r\nHost: m\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            var theirs = await GuestClient.SendHomeAsync(haproxy.EndPoint, request);
            var ours = await GuestClient.SendHomeAsync(agent.Home, request);

            Assert.Equal((429, theirs.Text), (theirs.Status, ours.Text));
            Assert.Equal(Told(theirs), Told(ours));
        }

        static string[] Told(Reply reply) =>
        [
            reply.Status.ToString(),
            .. reply.Headers.Where(header => !header.Key.Equals("Date", StringComparison.OrdinalIgnoreCase)).Select(header => $"{header.Key.ToLowerInvariant()}: {header.Value}").Order(StringComparer.Ordinal),
        ];
    }

    private async Task Compare(RateLimitOptions limit, int seed)
    {
        // A machine that stalls makes a run say nothing; then another is due.
        for (var run = 0; ; run++)
        {
            var (decisive, admitted, refused) = await RunAsync(limit, seed + run * 100);
            output.WriteLine($"seed {seed + run * 100}: {decisive} of {Guests} guests decisive, {admitted} requests admitted, {refused} refused");
            if (decisive >= Guests / 2 && admitted > Guests && refused > Guests) return;
            Assert.True(run < 4, "the machine is too busy for five runs in a row");
        }
    }

    private static async Task<(int Decisive, int Admitted, int Refused)> RunAsync(RateLimitOptions limit, int seed)
    {
        await using var haproxy = await Haproxy.StartAsync(limit);
        await using var agent = await TestAgent.StartAsync(new AgentOptions { RateLimit = limit });
        var home = agent.Home;
        var random = new Random(seed);
        var plans = Enumerable.Range(0, Guests).Select(_ => Plan(random, limit)).ToArray();
        var clock = Stopwatch.StartNew();
        var runs = await Task.WhenAll(plans.Select(async (plan, index) =>
        {
            var source = $"127.0.{seed % 250}.{index + 1}";
            var runs = await Task.WhenAll(AskAsync(haproxy.EndPoint, source, plan, clock), AskAsync(home, source, plan, clock));
            return (Theirs: runs[0], Ours: runs[1]);
        }));

        var decisive = 0;
        var all = new List<bool>();
        foreach (var (theirs, ours) in runs)
        {
            if (!IsDecisive(theirs, limit, random) || !IsDecisive(ours, limit, random)) continue;
            decisive++;
            Assert.Equal(Line(theirs), Line(ours));
            all.AddRange(ours.Select(asked => asked.Refused));
        }

        return (decisive, all.Count(refused => !refused), all.Count(refused => refused));
    }

    // Bursts and pauses of many lengths; only such plans whose outcome does not hang on a few milliseconds.
    private static double[] Plan(Random random, RateLimitOptions limit)
    {
        while (true)
        {
            var plan = new List<double>();
            for (var at = random.NextDouble() * 500; at < 7000; at += random.Next(3) == 0 ? random.Next(1000, 4800) : random.Next(100, 900))
                plan.AddRange(Enumerable.Range(0, random.Next(1, 4)).Select(i => at + i * 5));
            var asked = plan.Select(at => new Asked(at, at + 80, Refused: false)).ToArray();
            if (plan.Count > 4 && IsDecisive(asked, limit, random, compare: false)) return [.. plan];
        }
    }

    private static async Task<Asked[]> AskAsync(IPEndPoint to, string source, double[] plan, Stopwatch clock)
    {
        var asked = new List<Asked>();
        foreach (var at in plan)
        {
            if (at - clock.Elapsed.TotalMilliseconds is > 0 and var wait) await Task.Delay(TimeSpan.FromMilliseconds(wait));
            var sent = clock.Elapsed.TotalMilliseconds;
            var reply = await GuestClient.GetHomeAsync(to, "/x", source: source);
            asked.Add(new Asked(sent, clock.Elapsed.TotalMilliseconds, reply.Status == 429));
        }

        return [.. asked];
    }

    // Whether each request is admitted or refused alike, whenever between sending and answer it was counted.
    private static bool IsDecisive(Asked[] run, RateLimitOptions limit, Random random, bool compare = true)
    {
        string? first = null;
        for (var trial = 0; trial < Trials; trial++)
        {
            var line = Model(run, limit, random);
            if (line != (first ??= line)) return false;
        }

        return !compare || first is not null;
    }

    private static string Model(Asked[] run, RateLimitOptions limit, Random random)
    {
        var limits = new RateLimits(limit.BaseLimit, (long)limit.BaseWindow.TotalMilliseconds, limit.BurstLimit, (long)limit.BurstWindow.TotalMilliseconds);
        var bucket = new GuestBucket(0);
        var line = "";
        var last = 0L;
        foreach (var asked in run)
        {
            var now = Math.Max(last, (long)(asked.Sent + random.NextDouble() * (asked.Answered - asked.Sent)) + 1_000_000);
            if (last > 0 && now - last >= limits.Expiry) bucket = new GuestBucket(0);
            line += bucket.Admits(now, limits) ? '.' : 'x';
            last = now;
        }

        return line;
    }

    private static string Line(Asked[] run) => string.Concat(run.Select(asked => asked.Refused ? 'x' : '.'));

    private sealed record Asked(double Sent, double Answered, bool Refused);
}
