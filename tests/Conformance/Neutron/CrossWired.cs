using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Firstlight.Conformance.Tests.Live;
using Firstlight.System.Tests.Support;
using Firstlight.Tests.Support;

namespace Firstlight.Conformance.Tests.Neutron;

/// <summary>Takes the lab through all wirings once: every guest is crawled in each, and the recordings are replayed where ours is on the way.</summary>
public sealed class CrossWired(NeutronLab lab) : IAsyncLifetime
{
    private readonly ConcurrentDictionary<(Wiring Wiring, string Guest), IReadOnlyList<GuestAnswer>> _answers = [];
    private readonly ConcurrentBag<string> _recordedDifferences = [];
    private readonly ConcurrentDictionary<Wiring, int> _replayed = [];
    private readonly StringBuilder _table = new();

    // Its user data is as long as Nova takes them, and binary.
    private const string Big = "big";

    /// <summary>The guests that were recorded, by the recording each has.</summary>
    public static IReadOnlyDictionary<string, string> Recordings { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["plain"] = "vm-plain", ["nodata"] = "vm-nodata", ["cell2"] = "vm-cell2", ["routed"] = "vm-routed", ["plain over IPv6"] = "vm6-plain",
    };

    /// <summary>All the guests.</summary>
    public static IReadOnlyList<string> Guests { get; } = [.. Recordings.Keys, Big];

    /// <summary>What differs from the recordings: wiring, case and difference.</summary>
    internal IReadOnlyCollection<string> RecordedDifferences => _recordedDifferences;

    /// <summary>Recorded cases replayed.</summary>
    internal int Replayed(Wiring wiring) => _replayed.GetValueOrDefault(wiring);

    internal IReadOnlyList<GuestAnswer> Answers(Wiring wiring, string guest) => _answers[(wiring, guest)];

    public async ValueTask InitializeAsync()
    {
        var plain = await lab.GuestAsync("plain");
        LabGuest[] guests =
        [
            plain, await lab.GuestAsync("nodata"), await lab.GuestAsync("cell2"), await lab.GuestAsync("routed", viaRouter: true),
            plain.OverLinkLocal(await GuestAttachment.DeviceAsync(lab, plain)), await lab.GuestAsync(Big),
        ];
        foreach (var wiring in Wiring.All)
        {
            var begun = Stopwatch.GetTimestamp();
            await lab.WireAsync(wiring);
            foreach (var guest in guests) await Eventually.TrueAsync(guest.IsServedAsync, $"{guest.Name} is served through {wiring}{Failing(wiring)}");
            if ((await lab.HaproxiesAsync()).Count == 0 != wiring.StandIn) throw new InvalidOperationException($"haproxies where there must be none, or none where they must be: {wiring}");
            var wired = Stopwatch.GetElapsedTime(begun).TotalSeconds;
            await Parallel.ForEachAsync(guests, async (guest, _) => await CrawlAsync(wiring, guest));
            if (wiring.OurAgent) foreach (var guest in guests) await ReplayAsync(wiring, guest);
            if (wiring == Wiring.OurAgentOnSocket) await ReplaySocketAsync();
            _table.Append(CultureInfo.InvariantCulture, $"{wiring,-60} wired in {wired,5:F1} s, {guests.Sum(g => _answers[(wiring, g.Name)].Count),5} answers, {Replayed(wiring),4} recorded cases, {Stopwatch.GetElapsedTime(begun).TotalSeconds,5:F1} s\n");
        }

        await Console.Out.WriteAsync(_table.ToString());
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task CrawlAsync(Wiring wiring, LabGuest guest) =>
        _answers[(wiring, guest.Name)] = wiring == Wiring.AllReal ? await GuestCrawl.RunAsync(guest) : await GuestCrawl.RepeatAsync(guest, Answers(Wiring.AllReal, guest.Name));

    private async Task ReplayAsync(Wiring wiring, LabGuest guest)
    {
        if (!Recordings.TryGetValue(guest.Name, out var recording)) return;
        foreach (var recorded in GoldenCase.ReadFile(Path.Combine(Lab.Golden, "neutron", recording, "vm.json")))
            Note(wiring, recorded, await guest.SendAsync(recorded.RequestBytes));
    }

    // What Neutron's agent was asked by its haproxies, put to our agent's socket.
    private async Task ReplaySocketAsync()
    {
        var socket = new UnixDomainSocketEndPoint(lab.Services.MetadataSocket);
        foreach (var group in (string[])["lookup", "methods", "requests"])
        {
            foreach (var recorded in GoldenCase.ReadFile(Path.Combine(Lab.Golden, "neutron", "agent", group + ".json")))
                Note(Wiring.OurAgentOnSocket, recorded, await recorded.SendAsync(socket));
        }
    }

    private void Note(Wiring wiring, GoldenCase recorded, RawResponse answer)
    {
        _replayed.AddOrUpdate(wiring, 1, (_, count) => count + 1);
        if (recorded.AcceptedStatuses.Contains(answer.Status) && answer.Status != recorded.Status)
        {
            // Answered although the real one is not: then with the guest's own document.
            if (answer.Status == 200 && !answer.Text.Contains(InstanceIds.Of(recorded.Instance!), StringComparison.Ordinal)) _recordedDifferences.Add($"{wiring}: {recorded.Id}: somebody else's document");
            return;
        }

        var difference = string.Join("; ", recorded.Differences(answer, underUwsgi: false));
        if (difference.Length > 0) _recordedDifferences.Add($"{wiring}: {recorded.Id}: {difference}");
    }

    private string Failing(Wiring wiring) => wiring.OurAgent ? $" (the end of our agent's log: {string.Join(" | ", lab.Services.MetadataAgents.First(a => a.Runs).Log.Split('\n').TakeLast(4))})" : "";
}
