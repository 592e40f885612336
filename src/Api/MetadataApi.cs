using System.Diagnostics.CodeAnalysis;
using System.Net;
using Firstlight.Api.Errors;
using Firstlight.Api.Identify;
using Firstlight.Api.Neighbours;
using Firstlight.Api.Snapshots;
using Firstlight.Api.VendorData;
using Firstlight.Inventory;
using Firstlight.Inventory.Neutron;
using Firstlight.Metadata.Documents;
using Firstlight.Metadata.Identity;
using Microsoft.Extensions.Logging;

namespace Firstlight.Api;

/// <summary>The metadata API: verify the caller, find the snapshot, answer the path. Thread-safe.</summary>
/// <remarks>
/// Behaves as Nova's metadata API behind neutron-metadata-agent, behind a load balancer, or alone; see <see cref="ApiOptions.StrictNova"/> for where
/// it may differ.
/// </remarks>
public sealed class MetadataApi : IDisposable
{
    internal const int RetryAfterSeconds = 1;
    private readonly ApiOptions _options;
    private readonly ILogger<MetadataApi> _logger;
    private readonly IInstanceSource _source;
    private readonly SnapshotCache _cache;
    private readonly PasswordMailbox _password;
    private readonly ApiMetrics _metrics;
    private readonly DynamicVendorData _vendorData;
    private readonly SecurityGroups? _securityGroups;
    private readonly CallerIdentity _identity;

    /// <summary>Puts the parts together; asks nothing of the store yet.</summary>
    /// <param name="options">Settings.</param>
    /// <param name="signature">Knows the secret shared with the agents.</param>
    /// <param name="source">Where facts come from.</param>
    /// <param name="time">Ages of snapshots and today's date.</param>
    /// <param name="logger">Log; each request is a debug line.</param>
    /// <param name="securityGroups">
    /// Knows the security groups where <paramref name="source"/> does not bring them; null where it does. Stays the caller's.
    /// </param>
    /// <param name="addresses">
    /// Finds ports by address, for load balancers and with <see cref="ApiOptions.ServiceMetadataProxy"/> off; null for nobody. Stays the caller's.
    /// </param>
    /// <exception cref="ArgumentException">
    /// Unknown newest version, no <paramref name="addresses"/> where they are needed, or unusable credentials.
    /// </exception>
    public MetadataApi(
        ApiOptions options,
        Signature signature,
        IInstanceSource source,
        TimeProvider time,
        ILogger<MetadataApi> logger,
        ISecurityGroupSource? securityGroups = null,
        IAddressDirectory? addresses = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(source);
        if (!Metadata.Documents.OpenStack.OpenStackVersions.All.Contains(options.NewestVersion))
            throw new ArgumentException($"unknown OpenStack version '{options.NewestVersion}'", nameof(options));

        if (!options.ServiceMetadataProxy && addresses is null)
            throw new ArgumentException("service_metadata_proxy is off, which needs Neutron to find guests by address", nameof(addresses));

        _options = options;
        _logger = logger;
        _source = source;
        _metrics = new ApiMetrics(() => _cache?.Bytes ?? 0, () => _cache?.Count ?? 0);
        _vendorData = new DynamicVendorData(options, time, _metrics, logger);
        _securityGroups = securityGroups is null ? null : new SecurityGroups(securityGroups, options, time, _metrics, logger);

        var vendorData = new VendorDataFile(options, time, logger);
        var builder = new SnapshotBuilder(options, signature, source, vendorData, _vendorData.HasTargets, securityGroups, _metrics, time);
        _cache = new SnapshotCache(options, source, builder, vendorData, _metrics, time, logger);
        _identity = new CallerIdentity(options, signature, _cache, addresses, time, _metrics, logger);
        _password = new PasswordMailbox(options, source, _cache, logger);
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

    /// <summary>Answers a request for a document at once, from memory: never waits and asks nobody, and allocates nothing once the document is rendered.</summary>
    /// <param name="request">What is asked, by GET or HEAD.</param>
    /// <param name="entry">The document, or that there is none (404); the bytes are the caller's to copy.</param>
    /// <returns>False where <see cref="AnswerAsync"/> must be asked; nothing has been counted then.</returns>
    public bool TryAnswer(in DocumentRequest request, [MaybeNullWhen(false)] out SnapshotEntry entry)
    {
        if (!TryFindCached(request.InstanceId, request.Signature, request.TenantId, request.Target, out entry)) return false;
        switch (entry.Outcome)
        {
            case SnapshotOutcome.Document:
                Note(request.Method, request.Target, request.InstanceId, peer: null, status: 200, entry.Length, request.RequestId);
                return true;
            case SnapshotOutcome.NotFound:
                Note(request.Method, request.Target, request.InstanceId, peer: null, ErrorPage.NotFound.Status, ErrorPage.NotFound.HtmlLength, request.RequestId);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Finds a document that can be sent at once, and counts it as answered.</summary>
    /// <param name="request">What is asked, by GET or HEAD.</param>
    /// <param name="peer">For the log.</param>
    /// <param name="document">The document; the bytes are the caller's to copy.</param>
    /// <returns>False where <see cref="AnswerAsync"/> must be asked; nothing has been counted then.</returns>
    internal bool TryDocument(in DocumentRequest request, IPAddress? peer, [MaybeNullWhen(false)] out SnapshotEntry document)
    {
        if (!TryFindCached(request.InstanceId, request.Signature, request.TenantId, request.Target, out document) || document.Outcome != SnapshotOutcome.Document) return false;
        Note(request.Method, request.Target, request.InstanceId, peer, 200, document.Length, request.RequestId);
        return true;
    }

    /// <summary>Builds snapshots of instances that come or change before their guests ask, until cancelled; ends at once where the store cannot tell its changes.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    public Task BuildAheadAsync(CancellationToken cancellationToken) =>
        _source.Changes is { } changes ? new SnapshotsAhead(_cache, changes, _metrics, _logger).RunAsync(cancellationToken) : Task.CompletedTask;

    /// <summary>Ends the metrics and closes connections.</summary>
    public void Dispose()
    {
        _vendorData.Dispose();
        _metrics.Dispose();
    }

    private bool TryAnswerCached(MetadataRequest request, out MetadataAnswer answer)
    {
        answer = default;
        if (request is not { InstanceId: { } id, Signature: { } claimed, TenantId: { } tenant } || !string.IsNullOrEmpty(request.MetadataProvider)) return false;
        if (!TryFindCached(id, claimed, tenant, request.Target, out var entry) || entry.Outcome != SnapshotOutcome.Document) return false;

        answer = Note(request, new MetadataAnswer(200, entry.ContentType, entry.Content()));
        return true;
    }

    private bool TryFindCached(string id, string signature, string tenant, string target, [MaybeNullWhen(false)] out SnapshotEntry entry)
    {
        entry = null;
        return _options.ServiceMetadataProxy
            && _cache.TryGet(id, out var cached) && cached.Matches(signature) && _cache.Use(cached)
            && cached.Snapshot.Instance.ProjectId.Value == tenant
            && cached.Snapshot.TryGetHot(target, out entry);
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

        Caller? caller = null;
        try
        {
            (caller, var refusal) = await _identity.IdentifyAsync(request, cancellationToken);
            if (caller is null) return refusal;

            var cached = await _cache.GetAsync(caller, cancellationToken);
            return cached is null ? Unknown(caller, request) : await FromAsync(cached.Snapshot, path, caller, request, cancellationToken);
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
            ApiLog.RequestFailed(_logger, caller?.Id.Value ?? "", e, request.RequestId);
            return ErrorPage.Unknown.Answer(request);
        }
    }

    private MetadataAnswer Unknown(Caller caller, MetadataRequest request)
    {
        ApiLog.UnknownInstance(_logger, caller.Id.Value, request.Peer, request.RequestId);
        return ErrorPage.NotFound.Answer(request);
    }

    private async ValueTask<MetadataAnswer> FromAsync(
        Snapshot snapshot, string path, Caller caller, MetadataRequest request, CancellationToken cancellationToken)
    {
        if (caller.Project is { } project && snapshot.Instance.ProjectId.Value != project)
        {
            ApiLog.ForeignProject(_logger, caller.Id.Value, project, request.Peer, request.RequestId);
            return ErrorPage.NotFound.Answer(request);
        }

        var entry = snapshot.Find(path);
        switch (entry.Outcome)
        {
            case SnapshotOutcome.Document: return new MetadataAnswer(200, entry.ContentType, entry.Content());
            case SnapshotOutcome.Password: return await _password.AnswerAsync(request, caller.CacheKey, snapshot, entry, cancellationToken);
            case SnapshotOutcome.DynamicVendorData: return await _vendorData.AnswerAsync(request, snapshot.Instance, entry, cancellationToken);
            case SnapshotOutcome.SecurityGroups: return await _securityGroups!.AnswerAsync(request, snapshot.Instance.Id, cancellationToken);
            case SnapshotOutcome.Crash: return NovaCrash.Or(ErrorPage.NotFound, request, _options);
            case SnapshotOutcome.Failed:
                ApiLog.DocumentFailed(_logger, path, caller.Id.Value, entry.Reason, request.RequestId);
                return ErrorPage.Unknown.Answer(request);
            default: return ErrorPage.NotFound.Answer(request);
        }
    }

    private MetadataAnswer Note(MetadataRequest request, MetadataAnswer answer)
    {
        Note(request.Method, request.Target, request.InstanceId, request.Peer, answer.Status, answer.Body.Length, request.RequestId);
        return answer;
    }

    private void Note(string method, string target, string? instanceId, IPAddress? peer, int status, int length, RequestId requestId)
    {
        _metrics.Answered(status);
        if (_logger.IsEnabled(LogLevel.Debug)) ApiLog.Answered(_logger, method, target, instanceId, peer, status, length, requestId);
    }
}
