using System.Diagnostics;
using System.Net;
using Firstlight.Bench.Report;

namespace Firstlight.Bench.Load.Crowds;

/// <summary>Load from many guests in turn, each request on a new connection.</summary>
internal static class CrowdLoad
{
    // Longer than any answer should take; a request that meets it has failed.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>For some time.</summary>
    /// <param name="guests">Who asks.</param>
    /// <param name="service">What is asked.</param>
    /// <param name="path">What for.</param>
    /// <param name="seconds">How long.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static Task<WrkResult> ForAsync(Place guests, IPEndPoint service, string path, double seconds, CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        return AskAsync(guests, service, path, BenchOptions.Connections, () => Stopwatch.GetElapsedTime(begun).TotalSeconds >= seconds, cancellationToken);
    }

    /// <summary>Each guest once.</summary>
    public static Task<WrkResult> OnceAsync(Place guests, IPEndPoint service, string path, int connections, CancellationToken cancellationToken)
    {
        var asked = 0;
        return AskAsync(guests, service, path, connections, () => asked++ >= guests.Guests.Count, cancellationToken);
    }

    private static async Task<WrkResult> AskAsync(Place guests, IPEndPoint service, string path, int connections, Func<bool> isOver, CancellationToken cancellationToken)
    {
        var rota = new Rota([.. guests.Guests.Select(g => (g.Namespace, g.Guest.Address))]);
        Steady[] members = [.. Enumerable.Range(0, connections).Select(_ => new Steady(rota, path, isOver))];
        var seconds = await new Crowd(guests.Namespaces, service, Patience).RunAsync(members, cancellationToken);
        var times = Percentiles.Of(members.SelectMany(m => m.RequestMs));
        return new(members.Sum(m => m.RequestMs.Count + m.PutOff + m.Failed), seconds, times.P50, times.P99, members.Sum(m => m.PutOff + m.Failed), 0);
    }
}
