using Firstlight.Agent.Forward;
using Firstlight.Agent.Identify;
using Firstlight.Inventory;
using Firstlight.Metadata.Documents;

namespace Firstlight.Agent.Guests;

/// <summary>What a guest asks, in the parts that matter.</summary>
/// <param name="Method">As sent.</param>
/// <param name="Target">As sent: any form of target.</param>
/// <param name="Body">Complete.</param>
/// <param name="HasContentLength">False for a chunked body.</param>
internal readonly record struct GuestRequest(string Method, string Target, ReadOnlyMemory<byte> Body, bool HasContentLength);

/// <summary>One request from end to end: who asks, then what is answered. Synchronous as long as directory and upstream are.</summary>
internal sealed class GuestPath(Identifier identifier, Forwarder forwarder, TimeProvider time)
{
    private static readonly TimeSpan BetweenFreshLooks = TimeSpan.FromSeconds(1);

    public ValueTask<GuestAnswer> AnswerAsync(in Caller caller, in GuestRequest request, CancellationToken cancellationToken)
    {
        if (OriginForm(request.Target) is not { } target) return new(ErrorPages.BadRequest(request.Method));
        var asked = request with { Target = target };
        var identifying = identifier.IdentifyAsync(caller.Query, cancellationToken);
        return identifying.IsCompletedSuccessfully
            ? AnswerKnownAsync(caller, asked, identifying.Result, cancellationToken)
            : AnswerLaterAsync(caller, asked, identifying, cancellationToken);
    }

    /// <summary>Answers a request for a document at once: only where directory and upstream have all of it in memory.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="method">GET or HEAD.</param>
    /// <param name="target">One that <see cref="Snapshot.TryReadHot"/> reads.</param>
    /// <param name="answer">As <see cref="AnswerAsync"/> gives it.</param>
    /// <returns>False where somebody must be asked; nothing was decided then.</returns>
    public bool TryAnswer(in Caller caller, string method, string target, out GuestAnswer answer)
    {
        answer = default;
        if (!identifier.TryIdentify(caller.Query, out var guest) || !forwarder.TryAnswer(guest, method, target, caller.RequestId, out answer)) return false;
        if (answer.Status == 404 && guest.MayLookAfresh(time, BetweenFreshLooks)) return false;
        guest.NoteFetch(time.GetUtcNow(), target, answer.Status);
        return true;
    }

    private async ValueTask<GuestAnswer> AnswerLaterAsync(
        Caller caller, GuestRequest request, ValueTask<Identified> identifying, CancellationToken cancellationToken) =>
        await AnswerKnownAsync(caller, request, await identifying, cancellationToken);

    private ValueTask<GuestAnswer> AnswerKnownAsync(in Caller caller, in GuestRequest request, Identified identified, CancellationToken cancellationToken)
    {
        switch (identified.Outcome)
        {
            case IdentifyOutcome.Unknown:
                return new(ErrorPages.NotFound(request.Method, GuestOutcome.Unknown));
            case IdentifyOutcome.Ambiguous:
                return new(ErrorPages.NotFound(request.Method, GuestOutcome.Ambiguous));
            case IdentifyOutcome.Unavailable:
                return new(ErrorPages.Unavailable(request.Method));
        }

        var guest = identified.Guest!;
        var signed = new SignedRequest(
            request.Method, request.Target, caller.ForwardedFor, guest.Port.InstanceId, guest.Port.ProjectId, guest.Signature, request.Body, request.HasContentLength)
        {
            RequestId = caller.RequestId,
        };
        var forwarding = forwarder.ForwardAsync(guest, identified.Outcome == IdentifyOutcome.Stale, signed, cancellationToken);
        if (!forwarding.IsCompletedSuccessfully) return CheckLaterAsync(caller.Query, identified, signed, forwarding, cancellationToken);
        var answer = forwarding.Result;
        if (MayBeAnother(identified, answer)) return AskAfreshAsync(caller.Query!.Value, guest, signed, answer, cancellationToken);
        guest.NoteFetch(time.GetUtcNow(), signed.Target, answer.Status);
        return new(answer);
    }

    private async ValueTask<GuestAnswer> CheckLaterAsync(
        PortQuery? query, Identified identified, SignedRequest request, ValueTask<GuestAnswer> forwarding, CancellationToken cancellationToken)
    {
        var answer = await forwarding;
        if (MayBeAnother(identified, answer)) return await AskAfreshAsync(query!.Value, identified.Guest!, request, answer, cancellationToken);
        identified.Guest!.NoteFetch(time.GetUtcNow(), request.Target, answer.Status);
        return answer;
    }

    // An instance the upstream does not know may be the last one that had the address. But a guest that tries paths gets 404 as well.
    private bool MayBeAnother(Identified identified, in GuestAnswer answer) =>
        answer.Status == 404 && identified.Outcome == IdentifyOutcome.Found && identified.Guest!.TryLookAfresh(time, BetweenFreshLooks);

    // Whatever the method: a request that was answered 404 changed nothing, so it may be sent again.
    private async ValueTask<GuestAnswer> AskAfreshAsync(
        PortQuery query, KnownGuest guest, SignedRequest request, GuestAnswer answer, CancellationToken cancellationToken)
    {
        var afresh = await identifier.IdentifyAfreshAsync(query, cancellationToken);
        switch (afresh.Outcome)
        {
            case IdentifyOutcome.Unknown:
                return ErrorPages.NotFound(request.Method, GuestOutcome.Unknown);
            case IdentifyOutcome.Ambiguous:
                return ErrorPages.NotFound(request.Method, GuestOutcome.Ambiguous);
            case IdentifyOutcome.Found when afresh.Guest is { } now && !now.IsSameInstanceAs(guest):
                now.TryLookAfresh(time, BetweenFreshLooks);
                var again = request with { InstanceId = now.Port.InstanceId, ProjectId = now.Port.ProjectId, Signature = now.Signature };
                answer = await forwarder.ForwardAsync(now, isStale: false, again, cancellationToken);
                guest = now;
                break;
        }

        guest.NoteFetch(time.GetUtcNow(), request.Target, answer.Status);
        return answer;
    }

    // A proxy's client may send the absolute form; what follows the authority is the target. There is no resource behind "*" or an authority alone.
    private static string? OriginForm(string target)
    {
        if (target.StartsWith('/')) return target;
        var scheme = target.IndexOf("://", StringComparison.Ordinal);
        if (scheme <= 0) return null;
        var path = target.AsSpan(scheme + 3).IndexOfAny('/', '?');
        if (path < 0) return "/";
        var rest = target[(scheme + 3 + path)..];
        return rest[0] == '?' ? "/" + rest : rest;
    }
}
