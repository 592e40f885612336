using System.Text;
using Firstlight.Api.Errors;
using Firstlight.Api.Snapshots;
using Firstlight.Inventory;
using Firstlight.Metadata.Documents;
using Firstlight.Metadata.Identity;
using Microsoft.Extensions.Logging;

namespace Firstlight.Api;

/// <summary>The metadata API: verify the caller, find the snapshot, answer the path. Thread-safe.</summary>
/// <remarks>Behaves as Nova's metadata API behind neutron-metadata-agent; see <see cref="ApiOptions.StrictNova"/> for where it may differ.</remarks>
public sealed class MetadataApi : IDisposable
{
    private const int RetryAfterSeconds = 1;
    private readonly ApiOptions _options;
    private readonly Signature _signature;
    private readonly ILogger<MetadataApi> _logger;
    private readonly SnapshotCache _cache;
    private readonly PasswordMailbox _password;
    private readonly ApiMetrics _metrics;

    /// <summary>Puts the parts together; asks nothing of the store yet.</summary>
    /// <param name="options">Settings.</param>
    /// <param name="signature">Knows the secret shared with the agents.</param>
    /// <param name="source">Where facts come from.</param>
    /// <param name="time">Ages of snapshots and today's date.</param>
    /// <param name="logger">Log; each request is a debug line.</param>
    /// <exception cref="ArgumentException">Unknown newest version.</exception>
    public MetadataApi(ApiOptions options, Signature signature, IInstanceSource source, TimeProvider time, ILogger<MetadataApi> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(source);
        if (!Metadata.Documents.OpenStack.OpenStackVersions.All.Contains(options.NewestVersion))
            throw new ArgumentException($"unknown OpenStack version '{options.NewestVersion}'", nameof(options));

        _options = options;
        _signature = signature;
        _logger = logger;
        foreach (var name in options.VendorDataProviders) WarnOfProvider(name);

        var builder = new SnapshotBuilder(options, signature, source, new VendorDataFile(options.VendorDataFile, logger), time);
        _cache = new SnapshotCache(options, source, builder, time, logger);
        _password = new PasswordMailbox(options, source, _cache, logger);
        _metrics = new ApiMetrics(() => _cache.Bytes, () => _cache.Count);
        builder.Built = _metrics.Built;
    }

    /// <summary>Whether <see cref="ApiOptions.StrictNova"/> is set.</summary>
    internal bool IsStrict => _options.StrictNova;

    /// <summary>Answers one request. For a document of a cached instance it completes at once, with cached bytes and no allocation.</summary>
    /// <param name="request">The request; its body is read only for a password.</param>
    /// <param name="cancellationToken">Ends the wait for the store.</param>
    public ValueTask<MetadataAnswer> AnswerAsync(MetadataRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return TryAnswerCached(request, out var answer) ? new ValueTask<MetadataAnswer>(answer) : AnswerOtherAsync(request, cancellationToken);
    }

    /// <summary>Ends the metrics.</summary>
    public void Dispose() => _metrics.Dispose();

    private bool TryAnswerCached(MetadataRequest request, out MetadataAnswer answer)
    {
        answer = default;
        if (request is not { InstanceId: { } id, Signature: { } claimed, TenantId: { } tenant }) return false;
        if (!string.IsNullOrEmpty(request.MetadataProvider)) return false;
        if (!_cache.TryGet(id, out var cached) || !cached.Matches(claimed) || !_cache.Use(cached)) return false;
        if (cached.Snapshot.Instance.ProjectId.Value != tenant) return false;
        if (!cached.Snapshot.TryGetHot(request.Target, out var entry) || entry.Outcome != SnapshotOutcome.Document) return false;

        answer = Note(request, new MetadataAnswer(200, entry.ContentType, entry.Content()));
        return true;
    }

    private async ValueTask<MetadataAnswer> AnswerOtherAsync(MetadataRequest request, CancellationToken cancellationToken)
    {
        var answer = await DecideAsync(request, cancellationToken);

        // The CORS filter of Nova's pipeline takes any refused OPTIONS for a preflight it may answer; a crash never gets there.
        if (request.Method == "OPTIONS" && answer is { Status: < 200 or > 299, Close: false }) answer = new MetadataAnswer(200, null, default);
        return Note(request, answer);
    }

    private async ValueTask<MetadataAnswer> DecideAsync(MetadataRequest request, CancellationToken cancellationToken)
    {
        var path = request.Target;
        if (!Snapshot.IsHot(path))
        {
            if (!PathResolution.TryDecode(path, out path)) return NovaCrash.Or(ErrorPage.PathNotText, request, _options);
            if (path == Healthcheck.Path) return Healthcheck.Answer(request, _options.HealthcheckDisableFile);

            path = PathResolution.Normalise(path);
            if (path is "/") return new MetadataAnswer(200, Snapshot.Root.ContentType, Snapshot.Root.Content());
        }

        if (Refusal(request) is { } refusal) return refusal;

        try
        {
            var cached = await _cache.GetAsync(request.InstanceId!, request.ForwardedFor, cancellationToken);
            return cached is null ? Unknown(request) : await FromAsync(cached.Snapshot, path, request, cancellationToken);
        }
        catch (InventoryUnavailableException)
        {
            return _options.StrictNova
                ? ErrorPage.Unknown.Answer(request)
                : ErrorPage.Unavailable.Answer(request) with { RetryAfterSeconds = RetryAfterSeconds };
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // The border of a request: one that fails is logged here once and must not end the connection of others.
            ApiLog.RequestFailed(_logger, request.InstanceId!, e);
            return ErrorPage.Unknown.Answer(request);
        }
    }

    private MetadataAnswer? Refusal(MetadataRequest request)
    {
        if (!string.IsNullOrEmpty(request.MetadataProvider)) return ProviderRefusal(request);
        if (request.InstanceId is not { } id) return ErrorPage.InstanceIdMissing.Answer(request);
        if (request.Signature is not { } claimed) return ErrorPage.SignatureMissing.Answer(request);
        if (request.TenantId is null) return ErrorPage.TenantIdMissing.Answer(request);
        if (!Ascii.IsValid(claimed)) return NovaCrash.Or(ErrorPage.BadSignature, request, _options);

        var verified = _cache.TryGet(id, out var cached) ? cached.Matches(claimed) : _signature.Verify(new InstanceId(id), claimed);
        if (verified) return null;

        ApiLog.BadSignature(_logger, id, request.Peer);
        return ErrorPage.BadSignature.Answer(request);
    }

    // A load balancer that knows only addresses: no inventory of ours knows subnets by provider, so a verified one is told it has none.
    private MetadataAnswer ProviderRefusal(MetadataRequest request)
    {
        var provider = request.MetadataProvider!;
        if (request.ForwardedFor is null) return ErrorPage.ForwardedForMissing.Answer(request);
        return _signature.Verify(new InstanceId(provider), request.MetadataProviderSignature ?? "")
            ? ErrorPage.UnknownProvider(provider).Answer(request)
            : ErrorPage.BadSignature.Answer(request);
    }

    private MetadataAnswer Unknown(MetadataRequest request)
    {
        ApiLog.UnknownInstance(_logger, request.InstanceId!, request.Peer);
        return ErrorPage.NotFound.Answer(request);
    }

    private async ValueTask<MetadataAnswer> FromAsync(Snapshot snapshot, string path, MetadataRequest request, CancellationToken cancellationToken)
    {
        if (snapshot.Instance.ProjectId.Value != request.TenantId)
        {
            ApiLog.ForeignProject(_logger, request.InstanceId!, request.TenantId!, request.Peer);
            return ErrorPage.NotFound.Answer(request);
        }

        var entry = snapshot.Find(path);
        switch (entry.Outcome)
        {
            case SnapshotOutcome.Document: return new MetadataAnswer(200, entry.ContentType, entry.Content());
            case SnapshotOutcome.Password: return await _password.AnswerAsync(request, snapshot, entry, cancellationToken);
            case SnapshotOutcome.Crash: return NovaCrash.Or(ErrorPage.NotFound, request, _options);
            case SnapshotOutcome.Failed:
                ApiLog.DocumentFailed(_logger, path, request.InstanceId!, entry.Reason);
                return ErrorPage.Unknown.Answer(request);
            default: return ErrorPage.NotFound.Answer(request);
        }
    }

    private MetadataAnswer Note(MetadataRequest request, MetadataAnswer answer)
    {
        _metrics.Answered(answer.Status);
        if (_logger.IsEnabled(LogLevel.Debug))
            ApiLog.Answered(_logger, request.Method, request.Target, request.InstanceId, request.Peer, answer.Status, answer.Body.Length);
        return answer;
    }

    private void WarnOfProvider(string name)
    {
        if (name == VendorDataProvider.Dynamic) ApiLog.DynamicVendorDataEmpty(_logger);
        else if (name != VendorDataProvider.Static) ApiLog.UnknownVendorDataProvider(_logger, name);
    }
}
