using System.Net;
using Firstlight.Agent.Forward;
using Firstlight.Agent.Guests;
using Firstlight.Agent.Identify;
using Firstlight.Agent.Listeners;
using Firstlight.Agent.Tests.Support;
using Firstlight.Inventory;
using Firstlight.Metadata.Identity;
using Firstlight.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Firstlight.Agent.Tests.Fuzz;

/// <summary>What the short way made of an input.</summary>
/// <param name="Said">All it answered, with every Date and seed alike.</param>
/// <param name="Requests">How many requests that were.</param>
/// <param name="Piece">Where it handed over: the piece; the number of pieces when it did not.</param>
/// <param name="Rest">Of that piece, what was not answered.</param>
internal readonly record struct ShortTalk(byte[] Said, int Requests, int Piece, byte[] Rest);

/// <summary>The two engines side by side on the same guest and the same documents, without sockets.</summary>
/// <remarks>
/// Both go on to the end of the input: so an engine that closes where the other one does not is found out by what comes behind, which only one of them answers.
/// </remarks>
internal sealed class EnginePair : IAsyncDisposable
{
    private static readonly Scope Scope = TestAgent.HomeScope;
    private readonly MemoryTransport _transport = new(GuestEndPoint.Instance);
    private readonly NamespaceListeners _listeners;
    private readonly AgentMetrics _metrics;
    private readonly GuestServer _server;
    private readonly GuestTalk _talk;
    private readonly ListenerFeature _listener = new(new ListenerSpec(Scope, "", IPAddress.Loopback, 80, Device: null));
    private readonly GuestPeer _peer = new(Scope, IPAddress.Loopback);
    private readonly GuestApplication _application;
    private readonly AnswerBuffer _answers;

    public EnginePair()
    {
        // Time stands still: what depends on it, such as when the directory may be asked afresh, is then the same in every run.
        var time = new ManualTime();
        var options = new AgentOptions();
        var directory = new OnePort();
        var identifier = new Identifier(directory, TestAgent.Signature, options, time, NullLogger<Identifier>.Instance);
        var path = new GuestPath(identifier, new Forwarder(new DocumentUpstream(), options, time, NullLogger<Forwarder>.Instance), time);
        _listeners = new NamespaceListeners(options, time, NullLoggerFactory.Instance);
        _metrics = new AgentMetrics(_listeners);
        _application = new GuestApplication(path, proxies: null, options, _metrics, time, NullLogger<GuestApplication>.Instance);
        _server = new GuestServer(options, _transport, [GuestEndPoint.Instance], NullLoggerFactory.Instance);
        _talk = new GuestTalk(path, limiter: null, _metrics, time, NullLogger<GuestTalk>.Instance);
        _answers = new AnswerBuffer(time);
    }

    /// <summary>Starts, and makes the guest known.</summary>
    public async Task StartAsync()
    {
        await _server.StartAsync(_application, CancellationToken.None);
        await KestrelAsync(["GET /openstack HTTP/1.1\r\nHost: m\r\n\r\n"u8.ToArray()]);
    }

    /// <summary>What Kestrel answers to pieces that arrive one after the other.</summary>
    public Task<byte[]> KestrelAsync(IReadOnlyList<ReadOnlyMemory<byte>> pieces) => KestrelAsync(pieces, Replay.None);

    /// <summary>What the loop answers them by itself, without the sockets.</summary>
    public ShortTalk Short(IReadOnlyList<ReadOnlyMemory<byte>> pieces)
    {
        _answers.Clear();
        var before = _listener.Requests;
        for (var i = 0; i < pieces.Count; i++)
        {
            var result = _talk.Answer(_listener, _peer, pieces[i].Span, _answers);
            if (result.End == TalkEnd.Close) break;
            if (result.End == TalkEnd.HandOver) return Talked(i, pieces[i][result.Taken..].ToArray());
        }

        return Talked(pieces.Count, []);

        ShortTalk Talked(int piece, byte[] rest) => new(AnswerMask.Masked(_answers.Written.ToArray()), (int)(_listener.Requests - before), piece, rest);
    }

    /// <summary>What a guest of the loop gets in all: what the short way said, and behind it what Kestrel says to the rest.</summary>
    public async Task<byte[]> LeanAsync(ShortTalk talk, IReadOnlyList<ReadOnlyMemory<byte>> pieces) => talk.Piece == pieces.Count
        ? talk.Said
        : [.. talk.Said, .. await KestrelAsync([.. pieces.Skip(talk.Piece + 1)], new Replay(talk.Rest, IsCounted: false))];

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _metrics.Dispose();
        await _listeners.DisposeAsync();
    }

    private async Task<byte[]> KestrelAsync(IReadOnlyList<ReadOnlyMemory<byte>> pieces, Replay replay)
    {
        // A listener of its own: that of the short way counts the requests of the short way.
        var connection = new MemoryConnection();
        if (replay.Received.Length > 0) connection.Server.Transport = new ReplayedTransport(connection.Server.Transport, replay.Received);
        connection.Server.Features.Set(new GuestOrigin(new ListenerFeature(_listener.Spec), _peer, replay.IsCounted));
        _transport.Connect(connection);
        return AnswerMask.Masked(await connection.TalkAsync(pieces));
    }
}
