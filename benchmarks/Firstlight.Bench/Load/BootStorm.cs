using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Firstlight.Plumbing.Namespaces;

namespace Firstlight.Bench.Load;

/// <summary>What a storm of booting guests came to.</summary>
/// <param name="Guests">How many booted at once.</param>
/// <param name="Requests">Requests made, <see cref="NewConnections.Boot"/> by each.</param>
/// <param name="Failed">Answers that were not 200, connections that broke, and documents of somebody else.</param>
/// <param name="Seconds">From the first request to the last answer.</param>
/// <param name="MedianGuestSeconds">Half of the guests were done by then.</param>
internal sealed record StormCount(int Guests, int Requests, int Failed, double Seconds, double MedianGuestSeconds);

/// <summary>Guests that boot at once: each asks one thing after the other, every request on a connection of its own from its own address.</summary>
internal static class BootStorm
{
    // What a patient guest waits; a storm that meets it has failed anyway.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <param name="networkNamespace">File of the namespace that has all the guests' addresses.</param>
    /// <param name="service">What they ask.</param>
    /// <param name="guests">Who they are.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<StormCount> RunAsync(string networkNamespace, IPEndPoint service, IReadOnlyList<BootingGuest> guests, CancellationToken cancellationToken)
    {
        using var sockets = new NamespaceSockets();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        var begun = Stopwatch.GetTimestamp();
        var ends = await Task.WhenAll(guests.Select(g => Task.Run(() => BootAsync(g), cancellationToken))).ConfigureAwait(false);
        var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        cancellationToken.ThrowIfCancellationRequested();
        var times = ends.Select(e => e.Seconds).Order().ToArray();
        return new(guests.Count, guests.Count * NewConnections.Boot.Count, ends.Sum(e => e.Failed), seconds, times[times.Length / 2]);

        async Task<(int Failed, double Seconds)> BootAsync(BootingGuest guest)
        {
            var failed = 0;
            foreach (var path in NewConnections.Boot)
            {
                try
                {
                    var (status, body) = await GetAsync(sockets, networkNamespace, guest.Address, service, path, limit.Token).ConfigureAwait(false);
                    var isMine = !path.EndsWith("/meta_data.json", StringComparison.Ordinal) || body.Contains(guest.Instance, StringComparison.Ordinal);
                    if (status != 200 || !isMine) failed++;
                }
                catch (Exception e) when (e is SocketException or OperationCanceledException)
                {
                    failed++;
                }
            }

            return (failed, Stopwatch.GetElapsedTime(begun).TotalSeconds);
        }
    }

    /// <summary>One request from an address inside a namespace; status 0 when what came is no answer.</summary>
    public static async Task<(int Status, string Body)> GetAsync(
        NamespaceSockets sockets, string networkNamespace, IPAddress from, IPEndPoint service, string path, CancellationToken cancellationToken)
    {
        using var socket = sockets.OpenStream(networkNamespace, AddressFamily.InterNetwork);
        socket.Bind(new IPEndPoint(from, 0));
        await socket.ConnectAsync(service, cancellationToken).ConfigureAwait(false);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: 169.254.169.254\r\nConnection: close\r\n\r\n"), cancellationToken).ConfigureAwait(false);
        using var received = new MemoryStream();
        var buffer = new byte[16 << 10];
        for (int read; (read = await socket.ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;) received.Write(buffer, 0, read);
        var text = Encoding.Latin1.GetString(received.GetBuffer(), 0, (int)received.Length);
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return end > 12 && int.TryParse(text.AsSpan(9, 3), out var status) ? (status, text[(end + 4)..]) : (0, "");
    }
}
