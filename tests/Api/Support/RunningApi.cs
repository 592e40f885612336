using System.Net;
using Firstlight.Api.Listen;
using Firstlight.Inventory.Neutron;
using Firstlight.Metadata.Identity;
using Firstlight.Metadata.Instances;
using Firstlight.Tests.Support;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Firstlight.Api.Tests.Support;

/// <summary>A metadata API on a free port of loopback.</summary>
internal sealed class RunningApi : IAsyncDisposable
{
    public const string Secret = "lab-shared-secret";
    private readonly MetadataApiServer _server;

    private RunningApi(
        FixtureSource source, ApiOptions options, string secret, MetadataApiLimits? limits, ISecurityGroupSource? groups, IAddressDirectory? addresses, ILogger<MetadataApi>? logger, ApiEngine engine)
    {
        Source = source;
        Signature = new Signature(secret);
        Api = new MetadataApi(options, Signature, source, Time, logger ?? NullLogger<MetadataApi>.Instance, groups, addresses);
        _server = new MetadataApiServer(Api, [new IPEndPoint(IPAddress.Loopback, 0)], NullLoggerFactory.Instance, limits) { Engine = engine };
    }

    public ManualTime Time { get; } = new();

    public FixtureSource Source { get; }

    public Signature Signature { get; }

    public MetadataApi Api { get; }

    public IPEndPoint EndPoint => _server.EndPoints[0];

    public static async Task<RunningApi> StartAsync(
        FixtureSource source,
        ApiOptions options,
        string secret = Secret,
        MetadataApiLimits? limits = null,
        ISecurityGroupSource? groups = null,
        IAddressDirectory? addresses = null,
        ILogger<MetadataApi>? logger = null,
        ApiEngine engine = ApiEngine.Kestrel)
    {
        var api = new RunningApi(source, options, secret, limits, groups, addresses, logger, engine);
        await api._server.StartAsync(CancellationToken.None);
        return api;
    }

    /// <summary>Sends a properly signed request.</summary>
    public Task<RawResponse> SendAsync(
        Instance instance, string target, string method = "GET", byte[]? body = null, bool chunked = false, params (string Name, string Value)[] more) =>
        RawHttp.SendAsync(EndPoint, method, target, [.. SignedHeaders(instance), .. more], body, chunked);

    public IEnumerable<(string Name, string Value)> SignedHeaders(Instance instance) =>
    [
        (HeaderNames.InstanceId, instance.Id.Value), (HeaderNames.InstanceIdSignature, Signature.Sign(instance.Id)),
        (HeaderNames.TenantId, instance.ProjectId.Value), (HeaderNames.ForwardedFor, "10.0.0.250"), ("Accept", "*/*"),
    ];

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Api.Dispose();
    }
}
