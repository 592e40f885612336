using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Firstlight.Tests.Support;

/// <summary>Connections to Kestrel that are memory: no socket, no kernel, and the same bytes every time.</summary>
/// <param name="endPoint">Of the one listener.</param>
internal sealed class MemoryTransport(EndPoint endPoint) : IConnectionListenerFactory, IConnectionListenerFactorySelector, IConnectionListener
{
    private readonly Channel<ConnectionContext> _connections = Channel.CreateUnbounded<ConnectionContext>();

    public EndPoint EndPoint => endPoint;

    public bool CanBind(EndPoint endpoint) => true;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => new(this);

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await _connections.Reader.WaitToReadAsync(cancellationToken) && _connections.Reader.TryRead(out var connection) ? connection : null;

    /// <summary>Gives the server a connection.</summary>
    public void Connect(MemoryConnection connection) => Connect(connection.Server);

    /// <inheritdoc cref="Connect(MemoryConnection)"/>
    public void Connect(ConnectionContext server) => _connections.Writer.TryWrite(server);

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _connections.Writer.TryComplete();
        return default;
    }

    public ValueTask DisposeAsync() => UnbindAsync();
}

/// <summary>The client's end of such a connection.</summary>
/// <remarks>
/// The next piece, and the end, come when the server has worked off what came before and waits for more: an end that comes together with a request makes the
/// outcome a matter of luck.
/// </remarks>
internal sealed class MemoryConnection
{
    // Neither side ever waits for the other to read.
    private static readonly PipeOptions Unbounded = new(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, pauseWriterThreshold: 0, resumeWriterThreshold: 0, useSynchronizationContext: false);

    private readonly Pipe _toServer = new(Unbounded);
    private readonly Pipe _toClient = new(Unbounded);
    private readonly Channel<bool> _waits = Channel.CreateUnbounded<bool>();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public MemoryConnection() => Server = new ServerEnd(new Ends(new SignallingReader(_toServer.Reader, _waits.Writer), _toClient.Writer), _ended);

    public ConnectionContext Server { get; }

    /// <summary>Sends the pieces one after the other, then the end, and returns all that was answered.</summary>
    public async Task<byte[]> TalkAsync(IEnumerable<ReadOnlyMemory<byte>> pieces)
    {
        await UntilItWaitsAsync();
        foreach (var piece in pieces)
        {
            if (_ended.Task.IsCompleted) break;
            await _toServer.Writer.WriteAsync(piece);
            await UntilItWaitsAsync();
        }

        await _toServer.Writer.CompleteAsync();
        await _ended.Task;
        await _toClient.Writer.CompleteAsync();
        var read = await _toClient.Reader.ReadAsync();
        var all = read.Buffer.ToArray();
        await _toClient.Reader.CompleteAsync();
        return all;
    }

    private Task UntilItWaitsAsync() => Task.WhenAny(_waits.Reader.ReadAsync().AsTask(), _ended.Task);

    /// <summary>Says each time that the server waits for input.</summary>
    private sealed class SignallingReader(PipeReader inner, ChannelWriter<bool> waits) : PipeReader
    {
        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            var reading = inner.ReadAsync(cancellationToken);
            if (!reading.IsCompleted) waits.TryWrite(true);
            return reading;
        }

        public override bool TryRead(out ReadResult result) => inner.TryRead(out result);

        public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);
    }

    private sealed record Ends(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class ServerEnd(IDuplexPipe transport, TaskCompletionSource ended) : ConnectionContext
    {
        private readonly CancellationTokenSource _closed = new();

        public override string ConnectionId { get; set; } = "m";

        public override IFeatureCollection Features { get; } = new FeatureCollection();

        public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

        public override IDuplexPipe Transport { get; set; } = transport;

        public override CancellationToken ConnectionClosed
        {
            get => _closed.Token;
            set => throw new NotSupportedException();
        }

        public override void Abort(ConnectionAbortedException abortReason) => _closed.Cancel();

        public override ValueTask DisposeAsync()
        {
            ended.TrySetResult();
            return base.DisposeAsync();
        }
    }
}
