using System.Net;
using System.Net.Sockets;
using System.Text;
using Firstlight.Plumbing.Namespaces;

namespace Firstlight.System.Tests.Chaos;

/// <summary>A guest that asks one question for ever by one way, each time over a new connection, whether or not the ones before were answered.</summary>
/// <param name="name">Guest and way, for a person.</param>
/// <param name="way">Which way it asks.</param>
/// <param name="judge">What an answer's status and body are worth.</param>
internal sealed class Asker(string name, AskedWay way, Func<int, string, (AttemptEnd End, string Detail)> judge)
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(200);

    // A packet that was lost is sent again after one second and after three: a connection older than this has missed what was mended meanwhile.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private string _lastFailure = "nothing";
    private long _served;
    private long _lastServed = -1;

    /// <summary>Guest and way.</summary>
    public string Name => name;

    /// <summary>The way.</summary>
    public AskedWay Way => way;

    /// <summary>Right answers so far.</summary>
    public long Served => Interlocked.Read(ref _served);

    /// <summary>Why the last question that was not served was not.</summary>
    public string LastFailure => Volatile.Read(ref _lastFailure);

    /// <summary>Told of each question that was not served.</summary>
    public event Action<Asker, Attempt>? Failed;

    /// <summary>Whether a question that was begun after that moment has been answered.</summary>
    public bool WasServedAfter(TimeSpan moment) => Interlocked.Read(ref _lastServed) >= moment.Ticks;

    /// <summary>Asks until cancelled, and waits for the answers under way.</summary>
    public async Task RunAsync(NamespaceSockets sockets, Func<TimeSpan> clock, CancellationToken cancellationToken)
    {
        var underWay = new HashSet<Task>();
        using var timer = new PeriodicTimer(Pace);
        try
        {
            do
            {
                underWay.RemoveWhere(task => task.IsCompletedSuccessfully);
                underWay.Add(AskAsync(sockets, clock, cancellationToken));
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException)
        {
            // The end of the test.
        }

        await Task.WhenAll(underWay);
    }

    private async Task AskAsync(NamespaceSockets sockets, Func<TimeSpan> clock, CancellationToken stopping)
    {
        var began = clock();
        var (end, detail) = await AnswerAsync(sockets);
        var attempt = new Attempt(began, clock(), end, detail);
        if (end != AttemptEnd.Served) Volatile.Write(ref _lastFailure, $"{detail}, begun at {began.TotalSeconds:0.00} s");
        if (end == AttemptEnd.Served) Note(began);
        else if (end is AttemptEnd.Wrong or AttemptEnd.Foreign || !stopping.IsCancellationRequested) Failed?.Invoke(this, attempt);
    }

    private void Note(TimeSpan began)
    {
        Interlocked.Increment(ref _served);
        long seen;
        while ((seen = Interlocked.Read(ref _lastServed)) < began.Ticks && Interlocked.CompareExchange(ref _lastServed, began.Ticks, seen) != seen)
        {
        }
    }

    private async Task<(AttemptEnd End, string Detail)> AnswerAsync(NamespaceSockets sockets)
    {
        using var patience = new CancellationTokenSource(Patience);
        var step = "opening a socket";
        try
        {
            using var socket = sockets.OpenStream(way.Namespace, way.To.AddressFamily);
            step = "connecting";
            await socket.ConnectAsync(way.To, patience.Token);
            step = "asking";
            await socket.SendAsync(Encoding.Latin1.GetBytes($"GET {way.Path} HTTP/1.1\r\nHost: metadata\r\nConnection: close\r\n\r\n"), patience.Token);
            step = "reading";
            return Read(await ReadAsync(socket, patience.Token));
        }
        catch (OperationCanceledException)
        {
            return (AttemptEnd.NotServed, $"no answer in {Patience.TotalSeconds:0} s while {step}");
        }
        catch (Exception e) when (e is SocketException or NamespaceSocketException)
        {
            return (AttemptEnd.NotServed, $"{e.Message} while {step}");
        }
    }

    private (AttemptEnd End, string Detail) Read(string answer)
    {
        var end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0 || answer.Split(' ') is not [_, var code, ..] || !int.TryParse(code, out var status)) return (AttemptEnd.NotServed, $"half an answer: {answer.Length} bytes");
        return status == 503 ? (AttemptEnd.NotServed, "503") : judge(status, answer[(end + 4)..]);
    }

    private static async Task<string> ReadAsync(Socket socket, CancellationToken cancellationToken)
    {
        using var all = new MemoryStream();
        var buffer = new byte[8192];
        int read;
        while ((read = await socket.ReceiveAsync(buffer, cancellationToken)) > 0) all.Write(buffer, 0, read);
        return Encoding.UTF8.GetString(all.GetBuffer(), 0, (int)all.Length);
    }
}

/// <summary>A way on which a guest asks.</summary>
/// <param name="Namespace">File of the guest's namespace.</param>
/// <param name="To">Whom it asks.</param>
/// <param name="Path">What it asks for.</param>
/// <param name="Guest">The guest.</param>
/// <param name="Network">Network it is on.</param>
/// <param name="Through">Router it leads through; null when it ends in the network's DHCP namespace.</param>
/// <param name="IsOutside">Whether it leads to the machine outside, and not to metadata.</param>
internal sealed record AskedWay(string Namespace, IPEndPoint To, string Path, string Guest, string Network, string? Through, bool IsOutside);
