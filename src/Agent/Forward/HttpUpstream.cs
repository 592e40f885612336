using Firstlight.Agent.Forward.Upstreams;
using Microsoft.Extensions.Logging;

namespace Firstlight.Agent.Forward;

/// <summary>The metadata API over HTTP: ours, or a real Nova; one server of it, or several that stand in for each other.</summary>
/// <remarks>
/// <para>Sends the protocol's headers and <c>Accept: */*</c>, nothing of the guest's. The target goes out as it came in, byte for byte. No redirects,
/// proxies, cookies or compression. Connections are pooled.</para>
/// <para>Several servers take turns. Where no connection comes about, the next one is asked at once; where a connection breaks before a whole answer,
/// only for GET and HEAD. An answer is an answer, also 502 and 503: what a server says is not second-guessed, and an overloaded one's load is not
/// multiplied. A failed server is left alone for 1 s, then 2 s, up to 30 s, each time tried again by one real request; if all have failed the pauses
/// do not count, and whoever comes while each is being tried is told at once.</para>
/// </remarks>
public sealed class HttpUpstream : IUpstream, IDisposable
{
    private readonly HttpUpstreamOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<HttpUpstream> _logger;
    private readonly HttpBackend[] _backends;
    private readonly UpstreamMetrics _metrics;
    private uint _turn;

    /// <summary>Makes the client; connects at the first request.</summary>
    /// <param name="options">Where and how.</param>
    /// <param name="time">Clock of the timeouts.</param>
    /// <param name="logger">For answers that cannot be used and servers that fail.</param>
    /// <exception cref="FormatException"><see cref="HttpUpstreamOptions.Host"/> cannot be read.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A certificate or key file cannot be used.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public HttpUpstream(HttpUpstreamOptions options, TimeProvider time, ILogger<HttpUpstream> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _time = time;
        _logger = logger;
        _backends = [.. options.Addresses.Select(address => new HttpBackend(address, options, new BackendHealth(time)))];
        _metrics = new UpstreamMetrics(_backends);
    }

    /// <inheritdoc/>
    public async ValueTask<UpstreamAnswer> SendAsync(SignedRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var deadline = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await AskAsync(request, either.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"no answer came within {_options.Timeout.TotalSeconds} s", e);
        }
    }

    /// <summary>What is known of each server, in the order of the option.</summary>
    public IReadOnlyList<UpstreamStatus> Describe() => [.. _backends.Select(static backend => backend.Health.Describe(backend.Address))];

    /// <summary>Closes the pooled connections.</summary>
    public void Dispose()
    {
        foreach (var backend in _backends) backend.Dispose();
        _metrics.Dispose();
    }

    private async ValueTask<UpstreamAnswer> AskAsync(SignedRequest request, CancellationToken cancellationToken)
    {
        var first = _backends.Length == 1 ? 0 : (int)(Interlocked.Increment(ref _turn) % (uint)_backends.Length);
        var mayRepeat = request.Method is "GET" or "HEAD";
        ulong asked = 0;
        Attempt last = default;

        // Those that are believed in and those that are due for another try; after them, whoever is left.
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < _backends.Length; i++)
            {
                var index = (first + i) % _backends.Length;
                var backend = _backends[index];
                if ((asked & (1UL << index)) != 0) continue;

                // What must not be sent twice is not what a doubtful server is tried with, while there is another.
                if (round == 0 && !mayRepeat && !backend.Health.IsHealthy) continue;
                if (!backend.Health.TryEnter(isLastResort: round == 1, out var isProbe)) continue;

                asked |= 1UL << index;
                last = await TryAsync(backend, isProbe, request, cancellationToken);
                if (last.Outcome == AttemptOutcome.Answered) return last.Answer;
                if (last.Outcome != AttemptOutcome.NotSent && !mayRepeat) return GiveUp(request, last);
            }
        }

        return asked != 0 ? GiveUp(request, last) : throw new UpstreamUnavailableException(WhyNobody());
    }

    private async ValueTask<Attempt> TryAsync(HttpBackend backend, bool isProbe, SignedRequest request, CancellationToken cancellationToken)
    {
        var began = _time.GetTimestamp();
        var outcome = "cancelled";
        try
        {
            var attempt = await backend.SendAsync(request, cancellationToken);
            outcome = Learn(backend, attempt);
            return attempt;
        }
        finally
        {
            if (isProbe) backend.Health.EndProbe();
            _metrics.Asked(backend, outcome, _time.GetElapsedTime(began));
        }
    }

    private string Learn(HttpBackend backend, in Attempt attempt)
    {
        var health = backend.Health;
        switch (attempt.Outcome)
        {
            case AttemptOutcome.Answered:
                if (health.Answered()) ForwardLog.UpstreamBack(_logger, backend.Name);
                return "answered";
            case AttemptOutcome.NotSent:
                if (health.Failed(attempt.Reason!)) ForwardLog.UpstreamAvoided(_logger, backend.Name, attempt.Reason!);
                return "unreachable";
            default:
                if (health.Broke(attempt.Reason!)) ForwardLog.UpstreamAvoided(_logger, backend.Name, attempt.Reason!);
                return attempt.Outcome == AttemptOutcome.Broken ? "broken" : "unusable";
        }
    }

    private UpstreamAnswer GiveUp(SignedRequest request, in Attempt last)
    {
        if (last.Outcome != AttemptOutcome.Unusable) throw new UpstreamUnavailableException(last.Reason!, last.Cause);
        ForwardLog.UnusableAnswer(_logger, request.Target, last.Reason!, request.RequestId);
        var page = ErrorPages.BadGateway(request.Method);
        return new(page.Status, page.ContentType, page.Body, page.ContentLength);
    }

    private string WhyNobody() =>
        string.Join("; ", _backends.Select(static backend => backend.Health.Describe(backend.Address).LastProblem).Where(static problem => problem is not null));
}
