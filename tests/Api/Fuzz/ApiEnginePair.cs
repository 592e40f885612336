using System.Net;
using Firstlight.Api.Listen;
using Firstlight.Api.Tests.Support;
using Firstlight.Metadata.Identity;
using Firstlight.Metadata.Instances;
using Firstlight.Tests.Support;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;

namespace Firstlight.Api.Tests.Fuzz;

/// <summary>The short way of agents' requests and Kestrel side by side on one API, without sockets.</summary>
internal sealed class ApiEnginePair : IAsyncDisposable
{
    // Its password is set: whoever posts another is refused, so that what one engine did changes nothing for the other.
    private static readonly Instance Guest = RecordedInstances.All["withpassword"];
    private static readonly Signature Signature = new(RunningApi.Secret);
    private readonly MemoryTransport _transport = new(new IPEndPoint(IPAddress.Loopback, 8775));
    private readonly MetadataApi _api;
    private readonly MetadataApiServer _server;
    private readonly ConnectionDelegate _lean;
    private bool _isHandedOver;

    public ApiEnginePair(bool isStrict)
    {
        var limits = new MetadataApiLimits();
        _api = new MetadataApi(new ApiOptions { StrictNova = isStrict }, Signature, new FixtureSource([Guest]), new ManualTime(), NullLogger<MetadataApi>.Instance);
        _server = new MetadataApiServer(_api, [new IPEndPoint(IPAddress.Loopback, 8775)], NullLoggerFactory.Instance, limits) { Engine = ApiEngine.Kestrel, Transport = _transport };
        _lean = new AgentTalk(_api, limits, TimeProvider.System, NullLogger.Instance).Use(HandOverAsync);
    }

    /// <summary>What an agent sends for the guest.</summary>
    public static string[] Signed { get; } =
    [
        $"{HeaderNames.InstanceId}: {Guest.Id.Value}", $"{HeaderNames.TenantId}: {Guest.ProjectId.Value}",
        $"{HeaderNames.InstanceIdSignature}: {Signature.Sign(Guest.Id)}", $"{HeaderNames.ForwardedFor}: 10.0.0.5",
    ];

    public Task StartAsync() => _server.StartAsync(CancellationToken.None);

    /// <summary>What Kestrel answers to pieces that arrive one after the other.</summary>
    public async Task<byte[]> KestrelAsync(IReadOnlyList<ReadOnlyMemory<byte>> pieces)
    {
        var connection = new MemoryConnection();
        _transport.Connect(connection);
        return AnswerMask.Masked(await connection.TalkAsync(pieces));
    }

    /// <summary>What a client gets with the short way before Kestrel, and whether Kestrel had to be asked.</summary>
    public async Task<(byte[] Said, bool IsHandedOver)> LeanAsync(IReadOnlyList<ReadOnlyMemory<byte>> pieces)
    {
        _isHandedOver = false;
        var connection = new MemoryConnection();
        var serving = ServeAsync(connection);
        var said = AnswerMask.Masked(await connection.TalkAsync(pieces));
        await serving;
        return (said, _isHandedOver);

        async Task ServeAsync(MemoryConnection talk)
        {
            await _lean(talk.Server);
            if (!_isHandedOver) await talk.Server.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _api.Dispose();
    }

    private Task HandOverAsync(ConnectionContext connection)
    {
        _isHandedOver = true;
        _transport.Connect(connection);
        return Task.CompletedTask;
    }
}
