using System.Runtime.InteropServices;
using Firstlight.Agent.Forward;
using Firstlight.Agent.Identify;
using Firstlight.Agent.Limit;
using Firstlight.Agent.Listeners;
using Firstlight.Metadata.Documents;
using Microsoft.Extensions.Logging;

namespace Firstlight.Agent.Guests;

/// <summary>How it goes on with a connection after what it sent was looked at.</summary>
internal enum TalkEnd
{
    /// <summary>All of it was answered; it may send more.</summary>
    Open,

    /// <summary>All of it was answered, and the last answer ends the connection.</summary>
    Close,

    /// <summary>What was not taken is for Kestrel, and so is the connection from here on.</summary>
    HandOver,
}

/// <summary>What came of a look.</summary>
/// <param name="End">How it goes on.</param>
/// <param name="Taken">Bytes that were answered.</param>
/// <param name="IsCounted">Whether the rate limiter has counted the request behind them already.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TalkResult(TalkEnd End, int Taken, bool IsCounted = false);

/// <summary>The short way of a guest's request: plain requests for documents that are in memory, answered at once. Everything else is Kestrel's.</summary>
/// <remarks>Touches no socket and never waits, so that one thread can do it for all guests. Answers as <see cref="GuestApplication"/> does and counts the same.</remarks>
internal sealed class GuestTalk(GuestPath path, RateLimiter? limiter, AgentMetrics metrics, TimeProvider time, ILogger<GuestTalk> logger)
{
    // Who sends more at once than any client does waits its turn at Kestrel, so that it costs the loop no more than others.
    private const int MostAtOnce = 8;

    // The same for who asks for large documents: Kestrel makes the next one when the last one was taken.
    private const int MostToSend = 64 * 1024;

    /// <summary>Answers what it can.</summary>
    /// <param name="listener">Where the connection came in.</param>
    /// <param name="peer">Who is at its other end.</param>
    /// <param name="received">All that was received and not answered.</param>
    /// <param name="answers">Receives the answers.</param>
    public TalkResult Answer(ListenerFeature listener, GuestPeer peer, ReadOnlySpan<byte> received, AnswerBuffer answers)
    {
        var taken = 0;
        for (var count = 0; count < MostAtOnce && answers.Written.Length < MostToSend; count++)
        {
            var rest = received[taken..];
            if (rest.IsEmpty) return new(TalkEnd.Open, taken);
            if (!PlainRequest.TryRead(rest, out var request)) return new(TalkEnd.HandOver, taken);

            // Closing a connection on which more came than was read resets it, and the answer may be lost with it: Kestrel reads on.
            if (request.Closes && request.Length != rest.Length) return new(TalkEnd.HandOver, taken);
            if (!TryAnswer(listener, peer, request, answers, out var isCounted)) return new(TalkEnd.HandOver, taken, isCounted);
            taken += request.Length;
            if (request.Closes) return new(TalkEnd.Close, taken);
        }

        return new(taken == received.Length ? TalkEnd.Open : TalkEnd.HandOver, taken);
    }

    private bool TryAnswer(ListenerFeature listener, GuestPeer peer, in PlainRequest request, AnswerBuffer answers, out bool isCounted)
    {
        isCounted = false;
        if (!Snapshot.TryReadHot(request.Target, out var target)) return false;
        var began = time.GetTimestamp();
        var method = request.IsHead ? "HEAD" : "GET";
        var caller = new Caller(peer.Query, peer.ForwardedFor, listener.Scope);
        GuestAnswer answer;
        if (limiter is not null && !limiter.Admits(caller.Scope, caller.Query, caller.ForwardedFor))
        {
            answer = TooManyRequests.Answer(method);
        }
        else
        {
            isCounted = limiter is not null;
            if (!TryAnswer(caller, method, target, out answer)) return false;
        }

        listener.CountRequest();
        metrics.Answered(answer.Outcome, time.GetElapsedTime(began));
        if (logger.IsEnabled(LogLevel.Debug))
            GuestsLog.Answered(logger, caller.ForwardedFor, caller.Scope, method, target, answer.Status, answer.Outcome, caller.RequestId);
        answers.Append(answer, request);
        return true;
    }

    // The border of a request: what fails here is tried again on the long way, which says what a guest is told.
    private bool TryAnswer(in Caller caller, string method, string target, out GuestAnswer answer)
    {
        try
        {
            return path.TryAnswer(caller, method, target, out answer);
        }
        catch (Exception e)
        {
            GuestsLog.NotFromMemory(logger, e, target, caller.Scope, caller.RequestId);
            answer = default;
            return false;
        }
    }
}
