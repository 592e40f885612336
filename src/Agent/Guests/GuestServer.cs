using Firstlight.Agent.Listeners;
using Firstlight.Agent.Proxies;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Firstlight.Agent.Guests;

/// <summary>Kestrel without hosting or routing, on the one endpoint behind which all namespaces stand, and on the proxies' socket. Its limits bound everything a guest sends.</summary>
internal sealed class GuestServer : IAsyncDisposable
{
    /// <summary>Longest request line, and longest header line. Nova's own server has 8 KiB for the first.</summary>
    public const int MaxLine = 8 * 1024;

    private const int MaxHeaders = 32 * 1024;

    // The password document is at most 1,020 bytes, and nothing else has a body.
    private const int MaxBody = 64 * 1024;
    private readonly KestrelServer _kestrel;

    public GuestServer(AgentOptions options, NamespaceListeners listeners, ProxySocketListener? proxies, ILoggerFactory loggers)
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
        kestrel.Listen(GuestEndPoint.Instance, static listen => listen.Protocols = HttpProtocols.Http1);
        if (proxies is not null) kestrel.Listen(proxies.EndPoint, static listen => listen.Protocols = HttpProtocols.Http1);
        _kestrel = new KestrelServer(Options.Create(kestrel), new AgentTransport(listeners, proxies), loggers);
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
