using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Firstlight.Bench.Load;
using Firstlight.Plumbing.Namespaces;

namespace Firstlight.Bench.Scenarios.Scales;

/// <summary>Whether guests are answered and networks listen: one request at a time, from inside their namespaces.</summary>
internal sealed class Reach : IDisposable
{
    /// <summary>What is asked.</summary>
    public const string Document = "/openstack/latest/meta_data.json";

    private static readonly IPAddress MetadataAddress = IPAddress.Parse(GuestNetwork.MetadataAddress);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);
    private readonly NamespaceSockets _sockets = new();

    /// <summary>Where guests ask.</summary>
    public static IPEndPoint Ours { get; } = new(MetadataAddress, 80);

    /// <summary>Whether a guest that is plugged in gets its own document.</summary>
    public async Task<bool> IsAnsweredAsync(GuestNetwork network, int guest, CancellationToken cancellationToken)
    {
        try
        {
            var (status, body) = await BootStorm.GetAsync(_sockets, network.GuestNamespaceFile, network.Guest(guest).Address, Ours, Document, cancellationToken);
            return status == 200 && body.Contains(network.IdOf(guest).ToString(), StringComparison.Ordinal);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Whether anything answers in a network, asked from inside its namespace as nobody that it knows: any answer will do.</summary>
    public async Task<bool> ListensAsync(GuestNetwork network, CancellationToken cancellationToken)
    {
        try
        {
            return (await BootStorm.GetAsync(_sockets, $"/run/netns/{network.ServerNamespace}", MetadataAddress, Ours, Document, cancellationToken)).Status > 0;
        }
        catch (Exception e) when (e is SocketException or NamespaceSocketException)
        {
            return false;
        }
    }

    /// <summary>Looks every few milliseconds until it is so.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(begun) > Longest) throw new BenchException("firstlight does not answer what was added");
            await Task.Delay(Look, cancellationToken);
        }
    }

    public void Dispose() => _sockets.Dispose();
}
