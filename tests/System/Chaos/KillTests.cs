using System.Collections.Concurrent;
using System.Diagnostics;
using Firstlight.Plumbing.Namespaces;
using Firstlight.System.Tests.Support;

namespace Firstlight.System.Tests.Chaos;

/// <summary>The agent is killed in the middle of what it does, over and over: of the first sync of a host, of changes, of the removal of all, and of the recovery from the kill before.</summary>
/// <remarks>The host is compared with itself as it carried the same cloud in peace, to the letter: a namespace, device, process, rule or file more is a leak. Guests ask all the time;
/// they may go unanswered here, but what they are told must be theirs.</remarks>
public sealed class KillTests(ITestOutputHelper output)
{
    private const int UsualSeed = 50;
    private const int Kills = 50;

    // How often a recovery is killed in its turn, and how often a change is found by an agent that starts.
    private const double Again = 0.5;
    private const double AtStart = 0.5;

    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly ConcurrentQueue<string> _foreign = new();
    private readonly List<string> _story = [];

    [Fact]
    public async Task Killed_fifty_times_in_the_middle_it_comes_right_each_time_and_leaves_nothing_behind()
    {
        var seed = ChaosWish.OfEnvironment(UsualSeed).Seed;
        await using var host = await ServedHost.PrepareAsync();
        host.Start();
        await host.ReadyAsync();
        await host.BootAsync();
        var scenery = await Scenery.VisitAsync(host);
        using var sockets = new NamespaceSockets();
        using var end = new CancellationTokenSource();
        var askers = (await Ways.OfAsync(host)).Where(a => !a.Way.IsOutside).ToList();
        foreach (var asker in askers) asker.Failed += Judge;
        var asking = Task.WhenAll(askers.Select(a => a.RunAsync(sockets, Now, end.Token)));
        try
        {
            var kills = await KillAsync(host, scenery, askers, new Random(seed));
            Console.WriteLine($"kills: seed {seed}, {kills} kills, {_story.Count} recoveries, {askers.Sum(a => a.Served)} questions answered, none by another's data");
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"seed {seed}: {e.Message}\n{string.Join('\n', _story)}\n\nthe end of the agent's log:\n{host.LogTail(80)}", e);
        }
        finally
        {
            await end.CancelAsync();
            await asking;
            output.WriteLine(string.Join('\n', _story));
        }

        Assert.Empty(_foreign);
        await host.KillAsync();
        Assert.Equal(0, (await host.DownAsync()).ExitCode);
        var left = await Census.TakeAsync(host.State.Directory, scenery.Known);
        Assert.DoesNotContain(left.Split('\n'), line => line.Length > 0 && !line.StartsWith("file ", StringComparison.Ordinal));
    }

    private async Task<int> KillAsync(ServedHost host, Scenery scenery, IReadOnlyList<Asker> askers, Random random)
    {
        var kills = 0;
        for (var at = Scenery.Full; kills < Kills && _foreign.IsEmpty;)
        {
            string[] others = [.. ((string[])[Scenery.Full, Scenery.Changed, Scenery.Empty]).Where(name => name != at)];
            var to = others[random.Next(others.Length)];
            var story = $"{at} to {to}";
            if (random.NextDouble() < AtStart)
            {
                await host.KillAsync();
                scenery.Set(to);
                host.Start();
                story += " at start";
                kills += await KillAsync(host, scenery.FirstSync, random, s => story += s);
            }
            else
            {
                scenery.Set(to);
                kills += await KillAsync(host, scenery.Move(at, to), random, s => story += s);
            }

            while (random.NextDouble() < Again)
            {
                host.Start();
                kills += await KillAsync(host, scenery.FirstSync, random, s => story += s);
            }

            host.Start();
            _story.Add(story);
            var began = Now();
            await ComeRightAsync(host, scenery, scenery[to], askers);
            _story[^1] = $"{story}: right after {(Now() - began).TotalSeconds:0.00} s";
            at = to;
        }

        return kills;
    }

    private static async Task<int> KillAsync(ServedHost host, TimeSpan longest, Random random, Action<string> tell)
    {
        var moment = longest * random.NextDouble();
        await Task.Delay(moment);
        await host.KillAsync();
        tell($", killed after {moment.TotalMilliseconds:0} ms");
        return 1;
    }

    private async Task ComeRightAsync(ServedHost host, Scenery scenery, Scene scene, IReadOnlyList<Asker> askers)
    {
        await host.ReadyAsync();
        await scene.ComeAboutAsync(host.State.Directory, scenery.Known);
        var right = Now();
        var served = askers.Where(a => scene.Serves(a.Way)).ToList();
        await Eventually.TrueAsync(
            () => Task.FromResult(served.TrueForAll(a => a.WasServedAfter(right))), $"all guests of the {scene.Name} cloud are served ({string.Join(", ", served.Select(a => $"{a.Name}: {a.LastFailure}"))})");
    }

    private TimeSpan Now() => Stopwatch.GetElapsedTime(_start);

    private void Judge(Asker asker, Attempt attempt)
    {
        if (attempt.End == AttemptEnd.Foreign) _foreign.Enqueue($"{asker.Name} was told {attempt.Detail} at {attempt.Ended.TotalSeconds:0.00} s");
    }
}
