using Firstlight.Agent.Forward;
using Firstlight.Agent.Identify;
using Firstlight.Agent.Listeners;

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
    public ValueTask<GuestAnswer> AnswerAsync(GuestConnection connection, in GuestRequest request, CancellationToken cancellationToken)
    {
        if (OriginForm(request.Target) is not { } target) return new(ErrorPages.BadRequest(request.Method));
        var asked = request with { Target = target };
        var identifying = identifier.IdentifyAsync(connection.Query, cancellationToken);
        return identifying.IsCompletedSuccessfully
            ? AnswerKnownAsync(connection, asked, identifying.Result, cancellationToken)
            : AnswerLaterAsync(connection, asked, identifying, cancellationToken);
    }

    private async ValueTask<GuestAnswer> AnswerLaterAsync(
        GuestConnection connection, GuestRequest request, ValueTask<Identified> identifying, CancellationToken cancellationToken) =>
        await AnswerKnownAsync(connection, request, await identifying, cancellationToken);

    private ValueTask<GuestAnswer> AnswerKnownAsync(GuestConnection connection, in GuestRequest request, Identified identified, CancellationToken cancellationToken)
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
            request.Method, request.Target, connection.ForwardedFor, guest.Port.InstanceId, guest.Port.ProjectId, guest.Signature, request.Body, request.HasContentLength);
        var forwarding = forwarder.ForwardAsync(guest, identified.Outcome == IdentifyOutcome.Stale, signed, cancellationToken);
        if (!forwarding.IsCompletedSuccessfully) return NoteLaterAsync(guest, signed, forwarding);
        var answer = forwarding.Result;
        guest.NoteFetch(time.GetUtcNow(), signed.Target, answer.Status);
        return new(answer);
    }

    private async ValueTask<GuestAnswer> NoteLaterAsync(KnownGuest guest, SignedRequest request, ValueTask<GuestAnswer> forwarding)
    {
        var answer = await forwarding;
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
