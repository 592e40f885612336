using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Firstlight.Api.Listen;

/// <summary>The metadata API on TCP (8775): Kestrel with one handler and nothing between.</summary>
public sealed class MetadataApiServer : IAsyncDisposable
{
    private readonly MetadataApi _api;
    private readonly IReadOnlyList<IPEndPoint> _wanted;
    private readonly ILoggerFactory _loggerFactory;
    private readonly ILogger<MetadataApiServer> _logger;
    private readonly MetadataApiLimits _limits;
    private readonly MetadataApiTls? _tls;
    private readonly List<ListenOptions> _listening = [];
    private readonly WebApplication? _tlsServices;
    private KestrelServer? _kestrel;

    /// <summary>Prepares a server; <see cref="StartAsync"/> opens the sockets.</summary>
    /// <param name="api">Answers the requests; stays the caller's.</param>
    /// <param name="endPoints">Where to listen; port 0 takes a free one.</param>
    /// <param name="loggerFactory">Log of the server and of Kestrel.</param>
    /// <param name="limits">Bounds on requests; null for the defaults.</param>
    /// <param name="tls">TLS on every endpoint; null for none.</param>
    public MetadataApiServer(
        MetadataApi api, IReadOnlyList<IPEndPoint> endPoints, ILoggerFactory loggerFactory, MetadataApiLimits? limits = null, MetadataApiTls? tls = null)
    {
        ArgumentNullException.ThrowIfNull(endPoints);
        _api = api;
        _wanted = endPoints;
        _loggerFactory = loggerFactory;
        _logger = loggerFactory.CreateLogger<MetadataApiServer>();
        _limits = limits ?? new MetadataApiLimits();
        _tls = tls;
        _tlsServices = tls is null ? null : TlsServices(loggerFactory);
    }

    /// <summary>What reads requests. Default Kestrel.</summary>
    public ApiEngine Engine { get; init; } = ApiEngine.Kestrel;

    /// <summary>Where connections come from; null for sockets.</summary>
    internal IConnectionListenerFactory? Transport { get; init; }

    /// <summary>Where it listens, with the ports it was given; empty before the start.</summary>
    public IReadOnlyList<IPEndPoint> EndPoints => [.. _listening.Select(listen => listen.IPEndPoint!)];

    /// <summary>Opens the sockets and begins to answer.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A file of <c>tls</c> holds no certificate or key.</exception>
    /// <exception cref="EndPointUnavailableException">An endpoint is taken, forbidden or not of this host. None stays open.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _kestrel = new KestrelServer(
            Options.Create(KestrelOptions()),
            Transport ?? new SocketTransportFactory(Options.Create(new SocketTransportOptions()), _loggerFactory),
            _loggerFactory);
        try
        {
            await _kestrel.StartAsync(new MetadataApplication(_api, _limits, _logger), cancellationToken);
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            var refused = _wanted.FirstOrDefault(endPoint => e.Message.Contains(endPoint.ToString(), StringComparison.Ordinal)) ?? _wanted[0];
            await StopAsync(cancellationToken);
            throw new EndPointUnavailableException(refused, e);
        }

        foreach (var endPoint in EndPoints) ApiLog.Listening(_logger, endPoint);
    }

    /// <summary>Closes the sockets, lets running requests finish (<see cref="MetadataApiLimits.DrainTimeout"/>), then ends them.</summary>
    /// <param name="cancellationToken">Ends the drain at once.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_kestrel is not { } kestrel) return;

        using var drain = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        drain.CancelAfter(_limits.DrainTimeout);
        await kestrel.StopAsync(drain.Token);
        kestrel.Dispose();
        _kestrel = null;
        _listening.Clear();
    }

    /// <summary>Stops and frees everything.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        if (_tlsServices is not null) await _tlsServices.DisposeAsync();
    }

    // Kestrel's TLS wants services of its own kind that only its host can register. Nothing of this application is ever started.
    private static WebApplication TlsServices(ILoggerFactory loggerFactory)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggerFactory);
        builder.WebHost.UseKestrelCore();
        return builder.Build();
    }

    private KestrelServerOptions KestrelOptions()
    {
        var options = new KestrelServerOptions
        {
            ApplicationServices = _tlsServices?.Services ?? NoServices.Instance,
            AddServerHeader = false,

            // An absolute-form target is served whatever host it names: Nova looks at the path alone.
            AllowHostHeaderOverride = true,
            RequestHeaderEncodingSelector = _ => Encoding.Latin1,
            ResponseHeaderEncodingSelector = _ => Encoding.Latin1,
        };
        options.Limits.MaxRequestLineSize = _limits.RequestLineBytes;
        options.Limits.MaxRequestHeadersTotalSize = _limits.HeaderBytes;
        options.Limits.MaxRequestBodySize = _limits.BodyBytes;
        options.Limits.RequestHeadersTimeout = _limits.HeaderTimeout;
        options.Limits.KeepAliveTimeout = _limits.IdleTimeout;
        var https = _tls?.Options();
        foreach (var endPoint in _wanted)
        {
            options.Listen(endPoint, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                if (https is not null) listen.UseHttps(https);
                if (Engine == ApiEngine.Lean) listen.Use(new AgentTalk(_api, _limits, TimeProvider.System, _logger).Use);
                if (_api.IsStrict) listen.Use(NulInTarget.Use);
                _listening.Add(listen);
            });
        }

        return options;
    }

    // Without TLS Kestrel asks for none.
    private sealed class NoServices : IServiceProvider
    {
        public static NoServices Instance { get; } = new();

        public object? GetService(Type serviceType) => null;
    }
}
