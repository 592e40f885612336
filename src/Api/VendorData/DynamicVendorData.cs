using System.Buffers;
using Firstlight.Api.Errors;
using Firstlight.Api.Snapshots;
using Firstlight.Metadata.Documents;
using Firstlight.Metadata.Instances;
using Microsoft.Extensions.Logging;

namespace Firstlight.Api.VendorData;

/// <summary><c>vendor_data2.json</c> with the members that services give: all are asked at once for each request, and nothing is kept.</summary>
internal sealed class DynamicVendorData : IDisposable
{
    private const string StaticKey = "static";
    private readonly ApiOptions _options;
    private readonly IReadOnlyList<string> _providers;
    private readonly IReadOnlyList<VendorDataTarget> _targets = [];
    private readonly VendorDataClient? _client;

    public DynamicVendorData(ApiOptions options, TimeProvider time, ApiMetrics metrics, ILogger logger)
    {
        _options = options;
        _providers = [.. options.VendorDataProviders.Distinct(StringComparer.Ordinal)];
        foreach (var name in _providers.Where(name => name is not (VendorDataProvider.Static or VendorDataProvider.Dynamic)))
            ApiLog.UnknownVendorDataProvider(logger, name);
        if (!_providers.Contains(VendorDataProvider.Dynamic, StringComparer.Ordinal)) return;

        _targets = VendorDataTarget.Parse(options.DynamicVendorData.Targets, logger);
        if (_targets.Count == 0)
        {
            ApiLog.DynamicVendorDataEmpty(logger);
            return;
        }

        if (options.DynamicVendorData.Auth is null) ApiLog.VendorDataWithoutToken(logger);
        if (_providers.Contains(VendorDataProvider.Static, StringComparer.Ordinal) && _targets.Any(target => target.Name == StaticKey))
            ApiLog.VendorDataTargetHidden(logger, StaticKey);
        _client = new VendorDataClient(options.DynamicVendorData, time, metrics, logger);
    }

    /// <summary>Whether there is anybody to ask.</summary>
    public bool HasTargets => _targets.Count > 0;

    /// <summary>Answers a request whose path leads to the document.</summary>
    /// <param name="request">The request.</param>
    /// <param name="instance">The facts.</param>
    /// <param name="entry">Has the static value.</param>
    /// <param name="cancellationToken">Ends the wait for the services.</param>
    public async ValueTask<MetadataAnswer> AnswerAsync(
        MetadataRequest request, Instance instance, SnapshotEntry entry, CancellationToken cancellationToken)
    {
        var question = VendorDataQuestion.About(instance);
        var values = await Task.WhenAll(_targets.Select(target => _client!.AskAsync(target, question, request.RequestId, cancellationToken)));
        if (_options.DynamicVendorData.FailureFatal && values.Contains(null))
        {
            int? retryAfter = _options.StrictNova ? null : MetadataApi.RetryAfterSeconds;
            return NovaCrash.Or(ErrorPage.Unavailable, request, _options) with { RetryAfterSeconds = retryAfter };
        }

        var members = new OrderedDictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        foreach (var provider in _providers)
        {
            // The operator's file takes its key whoever had it before; a target never takes one that is there.
            if (provider == VendorDataProvider.Static) members[StaticKey] = entry.Content();
            else if (provider == VendorDataProvider.Dynamic) AddTargets(members, values);
        }

        return new MetadataAnswer(200, ContentTypes.Json, Document(members));
    }

    public void Dispose() => _client?.Dispose();

    private void AddTargets(OrderedDictionary<string, ReadOnlyMemory<byte>> members, byte[]?[] values)
    {
        foreach (var (target, value) in _targets.Zip(values)) members.TryAdd(target.Name, value ?? "{}"u8.ToArray());
    }

    private static ReadOnlyMemory<byte> Document(OrderedDictionary<string, ReadOnlyMemory<byte>> members)
    {
        var document = new ArrayBufferWriter<byte>(members.Sum(member => member.Value.Length + member.Key.Length) + 64);
        document.Write("{"u8);
        foreach (var (index, (name, value)) in members.Index())
        {
            if (index > 0) document.Write(", "u8);
            var key = new PythonJson(name.Length + 2);
            key.String(name);
            document.Write(key.Written);
            document.Write(": "u8);
            document.Write(value.Span);
        }

        document.Write("}"u8);
        return document.WrittenMemory;
    }
}
