using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Firstlight.Agent.Guests;

/// <summary>Kestrel without hosting or routing, on the agent's own endpoints. Its limits bound everything a guest sends.</summary>
internal sealed class GuestServer : IAsyncDisposable
{
    /// <summary>Longest request line, and longest header line. Nova's own server has 8 KiB for the first.</summary>
    public const int MaxLine = 8 * 1024;

    private const int MaxHeaders = 32 * 1024;

    // The password document is at most 1,020 bytes, and nothing else has a body.
    private const int MaxBody = 64 * 1024;
    private readonly KestrelServer _kestrel;

    /// <param name="options">Times.</param>
    /// <param name="transport">Has the endpoints.</param>
    /// <param name="endPoints">Those it has.</param>
    /// <param name="loggers">Kestrel's own.</param>
    public GuestServer(AgentOptions options, IConnectionListenerFactory transport, IEnumerable<EndPoint> endPoints, ILoggerFactory loggers)
    {
        var kestrel = new KestrelServerOptions { AddServerHeader = false, ApplicationServices = NoServices.Instance };
        var limits = kestrel.Limits;
        limits.MaxRequestLineSize = MaxLine;
        limits.MaxRequestHeadersTotalSize = MaxHeaders;
        limits.MaxRequestBodySize = MaxBody;
        limits.RequestHeadersTimeout = options.HeaderTimeout;
        limits.KeepAliveTimeout = options.IdleTimeout;
        limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
        limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
        foreach (var endPoint in endPoints) kestrel.Listen(endPoint, static listen => listen.Protocols = HttpProtocols.Http1);
        _kestrel = new KestrelServer(Options.Create(kestrel), transport, loggers);
    }

    public Task StartAsync(GuestApplication application, CancellationToken cancellationToken) => _kestrel.StartAsync(application, cancellationToken);

    /// <summary>Stops accepting, lets requests finish until <paramref name="cancellationToken"/> ends the wait, then aborts them.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _kestrel.StopAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _kestrel.StopAsync(new CancellationToken(canceled: true));
        _kestrel.Dispose();
    }

    // Kestrel asks for services only to configure HTTPS and configuration files, and there are none here.
    private sealed class NoServices : IServiceProvider
    {
        public static NoServices Instance { get; } = new();

        public object? GetService(Type serviceType) => null;
    }
}
