using Firstlight.Agent.Identify;
using Firstlight.Agent.Memory;
using Firstlight.Inventory;
using Firstlight.Metadata.Documents;
using Firstlight.Metadata.Identity;
using Microsoft.Extensions.Logging;

namespace Firstlight.Agent.Forward;

/// <summary>Sends a known guest's request upstream and turns what comes back into what a guest may be told.</summary>
internal sealed class Forwarder(IUpstream upstream, AgentOptions options, TimeProvider time, ILogger<Forwarder> logger)
{
    private readonly StatusRules _rules = new(options.NeutronRelease);
    private readonly StaleAnswers _stale = new(options, time);
    private readonly Throttle _refusals = new(time, TimeSpan.FromMinutes(1));
    private readonly Throttle _absences = new(time, TimeSpan.FromMinutes(1));

    /// <summary>Forwards; completes synchronously when the upstream does.</summary>
    /// <param name="guest">Who asks.</param>
    /// <param name="isStale">Whether that is remembered rather than known; it only changes how the answer is counted.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="cancellationToken">The guest went away.</param>
    public ValueTask<GuestAnswer> ForwardAsync(KnownGuest guest, bool isStale, SignedRequest request, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        try
        {
            var sending = upstream.SendAsync(request, cancellationToken);
            return sending.IsCompletedSuccessfully
                ? new(Map(guest.Port, isStale, request, sending.Result))
                : PatientAsync(guest.Port, isStale, request, sending, began, cancellationToken);
        }
        catch (UpstreamUnavailableException e)
        {
            return PatientAsync(guest.Port, isStale, request, ValueTask.FromException<UpstreamAnswer>(e), began, cancellationToken);
        }
        catch (TimeoutException e)
        {
            return PatientAsync(guest.Port, isStale, request, ValueTask.FromException<UpstreamAnswer>(e), began, cancellationToken);
        }
    }

    /// <summary>Answers a request for a document at once, if the upstream does.</summary>
    /// <param name="guest">Who asks.</param>
    /// <param name="method">GET or HEAD.</param>
    /// <param name="target">One that <see cref="Snapshot.TryReadHot"/> reads.</param>
    /// <param name="requestId">Names it in logs.</param>
    /// <param name="answer">What the guest is told.</param>
    public bool TryAnswer(KnownGuest guest, string method, string target, RequestId requestId, out GuestAnswer answer)
    {
        answer = default;
        var request = new PromptRequest(method, target, guest.Port.InstanceId, guest.Port.ProjectId, guest.Signature, requestId);
        if (!upstream.TryAnswer(request, out var entry)) return false;
        answer = entry.Outcome == SnapshotOutcome.Document
            ? _rules.Apply(method, entry, GuestOutcome.Found)
            : ErrorPages.NotFound(method, GuestOutcome.Found);
        return true;
    }

    private async ValueTask<GuestAnswer> PatientAsync(
        FoundPort port, bool isStale, SignedRequest request, ValueTask<UpstreamAnswer> sending, long began, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return Map(port, isStale, request, await sending);
            }
            catch (UpstreamUnavailableException e)
            {
                if (_absences.TryPass(out var heldBack)) ForwardLog.UpstreamUnavailable(logger, e.Message, heldBack, request.RequestId);
            }
            catch (TimeoutException e)
            {
                ForwardLog.UpstreamSlow(logger, port.InstanceId.Value, e.Message, request.RequestId);
                return ErrorPages.Timeout(request.Method);
            }

            if (_stale.Find(port, request) is { } remembered) return _rules.Apply(request.Method, remembered, GuestOutcome.Stale);
            // A request that changes something may have arrived all the same; only the guest can decide to send it twice.
            if (request.Method is not ("GET" or "HEAD")) return ErrorPages.Unavailable(request.Method);
            if (!await Recovery.PauseAsync(began, options.RecoveryWait, time, cancellationToken)) return ErrorPages.Unavailable(request.Method);
            sending = SendAgainAsync(request, cancellationToken);
        }
    }

    private async ValueTask<UpstreamAnswer> SendAgainAsync(SignedRequest request, CancellationToken cancellationToken) =>
        await upstream.SendAsync(request, cancellationToken);

    private GuestAnswer Map(FoundPort port, bool isStale, SignedRequest request, in UpstreamAnswer answer)
    {
        switch (answer.Status)
        {
            case 200:
                if (!upstream.KeepsAnswers) _stale.Remember(port, request, answer);
                break;
            case 404:
                _stale.Forget(port, request);
                break;
            case 403:
                if (_refusals.TryPass(out var heldBack)) ForwardLog.SecretDiffers(logger, port.InstanceId.Value, heldBack, request.RequestId);
                break;
            case var status when !StatusRules.IsExpected(status):
                ForwardLog.UnexpectedStatus(logger, status, request.Target, request.RequestId);
                break;
        }

        return _rules.Apply(request.Method, answer, isStale ? GuestOutcome.Stale : GuestOutcome.Found);
    }
}
