using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using Firstlight.Metadata.Documents;
using Firstlight.Metadata.Identity;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Logging;

namespace Firstlight.Api.Listen;

/// <summary>The short way of a request: what metadata agents usually ask is read and answered before Kestrel's HTTP sees it.</summary>
/// <remarks>
/// A connection middleware. With the first request that is not plain (<see cref="AgentRequest"/>) the connection goes to Kestrel, with nothing of that request taken, and
/// stays there. Kestrel's times hold here as well: they are looked at once a second.
/// </remarks>
internal sealed class AgentTalk(MetadataApi api, MetadataApiLimits limits, TimeProvider time, ILogger logger)
{
    // Longer lines than this are refused by Kestrel: whatever could be one is left to it.
    private readonly int _mostOfHead = (int)Math.Min(
        AgentRequest.MaxHead, Math.Min(limits.HeaderBytes, Math.Min(limits.RequestLineBytes, limits.HeaderLineBytes)) - MarginOfLimits);

    private const int MarginOfLimits = 4;

    /// <summary>The middleware.</summary>
    public ConnectionDelegate Use(ConnectionDelegate next) => async connection =>
    {
        var talk = new Talk(this, connection);
        if (!await talk.RunAsync()) await next(connection);
    };

    private sealed class Talk(AgentTalk shared, ConnectionContext connection)
    {
        private const int Waiting = 0, Answering = 1, Ended = 2;

        // As Kestrel is by default: bytes a second, after some seconds for all.
        private const int SlowestBytesPerSecond = 240;
        private const int GraceOfSlow = 5;

        private readonly PipeReader _input = connection.Transport.Input;
        private readonly PipeWriter _output = connection.Transport.Output;
        private readonly IPAddress? _peer = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        private readonly int _mostIdleBeats = (int)Math.Ceiling(shared.Limits.IdleTimeout.TotalSeconds);
        private int _state = Waiting;
        private int _beats;
        private int _mostBeatsToSend;
        private volatile bool _isStopping;

        /// <summary>Answers until the connection is at its end.</summary>
        /// <returns>False where the rest is Kestrel's.</returns>
        public async Task<bool> RunAsync()
        {
            connection.Features.Get<IConnectionHeartbeatFeature>()?.OnHeartbeat(static talk => ((Talk)talk).Beat(), this);
            var stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
            await using var registered = stopping.UnsafeRegister(static talk => ((Talk)talk!).Stop(), this);
            try
            {
                return await AnswerAsync();
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // The client is gone.
                return true;
            }
            catch (Exception e)
            {
                // The border of a connection: one that fails ends, the others go on.
                ApiLog.ConnectionFailed(shared.Logger, e);
                return true;
            }
            finally
            {
                Volatile.Write(ref _state, Ended);
            }
        }

        private async Task<bool> AnswerAsync()
        {
            while (true)
            {
                var read = await _input.ReadAsync();
                if (read.IsCanceled || Interlocked.CompareExchange(ref _state, Answering, Waiting) != Waiting)
                {
                    _input.AdvanceTo(read.Buffer.Start);
                    return true;
                }

                if (read is { IsCompleted: true, Buffer.IsEmpty: true }) return true;
                if (!TryAnswer(read.Buffer, out var consumed, out var other, out var closes))
                {
                    _input.AdvanceTo(read.Buffer.Start);
                    return false;
                }

                _input.AdvanceTo(consumed);
                if (other is not null) closes = Write(await shared.Api.AnswerAsync(other, connection.ConnectionClosed), other.Method == "HEAD", closes);
                if (await SendAsync() || closes) return true;
                Volatile.Write(ref _beats, 0);
                Volatile.Write(ref _state, Waiting);

                // A stop that came while it was answered found nothing to end.
                if (_isStopping) return true;
            }
        }

        /// <returns>Whether the client takes no more.</returns>
        private async ValueTask<bool> SendAsync()
        {
            var length = _output.UnflushedBytes;
            var sending = _output.FlushAsync();
            if (sending.IsCompletedSuccessfully) return sending.Result.IsCompleted;
            Volatile.Write(ref _beats, 0);
            Volatile.Write(ref _mostBeatsToSend, GraceOfSlow + (int)(length / SlowestBytesPerSecond));
            var sent = await sending;
            Volatile.Write(ref _mostBeatsToSend, 0);
            return sent.IsCompleted;
        }

        private bool TryAnswer(in ReadOnlySequence<byte> received, out SequencePosition consumed, out MetadataRequest? other, out bool closes)
        {
            (consumed, other, closes) = (received.Start, null, false);
            if (!received.IsSingleSegment || !AgentRequest.TryRead(received.FirstSpan, shared._mostOfHead, out var request)) return false;

            // Closing a connection on which more came than was read resets it, and the answer may be lost with it: Kestrel reads on.
            closes = request.Closes || !shared.Limits.KeepAlive;
            if (closes && request.Length != received.Length) return false;
            consumed = received.GetPosition(request.Length);
            var method = request.IsHead ? "HEAD" : "GET";
            var isHot = Snapshot.TryReadHot(request.Target, out var target);
            target ??= Encoding.ASCII.GetString(request.Target);
            var (id, tenant, signature) = (TextOf(request.InstanceId), TextOf(request.TenantId), TextOf(request.Signature));
            var requestId = RequestId.Read(TextOf(request.RequestId));
            if (isHot && id is not null && tenant is not null && signature is not null
                && shared.Api.TryDocument(new DocumentRequest(method, target, id, tenant, signature, requestId), _peer, out var document))
            {
                Write(document, request.IsHead, closes);
                return true;
            }

            other = new MetadataRequest
            {
                Method = method,
                Target = target,
                InstanceId = id,
                TenantId = tenant,
                Signature = signature,
                ForwardedFor = TextOf(request.ForwardedFor),
                RequestId = requestId,
                Accept = TextOf(request.Accept),
                Peer = _peer,
            };
            return true;
        }

        private static string? TextOf(ReadOnlySpan<byte> value) => value.IsEmpty ? null : Encoding.ASCII.GetString(value);

        private void Write(SnapshotEntry document, bool isHead, bool closes)
        {
            var room = _output.GetSpan(AnswerHead.Most + document.Length);
            var head = new AnswerHead(room);
            head.Write(200, document.ContentType, document.Length, null, closes, shared.Time);
            if (!isHead) document.CopyTo(room[head.Length..]);
            _output.Advance(head.Length + (isHead ? 0 : document.Length));
        }

        /// <returns>Whether the connection ends with it.</returns>
        private bool Write(in MetadataAnswer answer, bool isHead, bool closes)
        {
            closes |= answer.Close;
            var head = new AnswerHead(_output.GetSpan(AnswerHead.Most));
            head.Write(answer.Status, answer.ContentType, answer.Status == 204 ? null : answer.Body.Length, answer.RetryAfterSeconds, closes, shared.Time);
            _output.Advance(head.Length);
            if (!isHead) _output.Write(answer.Body.Span);
            return closes;
        }

        // Once a second, from a thread of Kestrel's.
        private void Beat()
        {
            switch (Volatile.Read(ref _state))
            {
                case Waiting when ++_beats > _mostIdleBeats:
                    End();
                    break;
                case Answering when Volatile.Read(ref _mostBeatsToSend) is > 0 and var most && ++_beats > most:
                    connection.Abort(new ConnectionAbortedException("The client takes its answer too slowly."));
                    break;
            }
        }

        private void Stop()
        {
            _isStopping = true;
            End();
        }

        private void End()
        {
            if (Interlocked.CompareExchange(ref _state, Ended, Waiting) == Waiting) _input.CancelPendingRead();
        }
    }

    private MetadataApi Api => api;

    private MetadataApiLimits Limits => limits;

    private TimeProvider Time => time;

    private ILogger Logger => logger;
}
