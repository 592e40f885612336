using System.Net;
using System.Text.Json;
using Firstlight.Cli;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Firstlight.Management;

/// <summary>What operators and their tools ask: /healthz, /readyz, /metrics, /status. On a listener of its own, so that guests never reach it.</summary>
internal sealed class ManagementServer : IAsyncDisposable
{
    private readonly IPEndPoint? _listen;
    private readonly MeterCollector _metrics = new("Firstlight.");
    private readonly ManagementApplication _application;
    private readonly KestrelServer? _server;
    private readonly ILogger _logger;
    private bool _started;

    /// <summary>Takes what is to be told; listens only when started. Metrics count from now on.</summary>
    /// <param name="listen">Where to listen; null for nowhere. Port 0 takes a free one, see <see cref="Endpoint"/>.</param>
    /// <param name="checks">Checks behind /readyz.</param>
    /// <param name="status">Writes one JSON value for /status; null for 404.</param>
    /// <param name="loggers">Where to log.</param>
    public ManagementServer(IPEndPoint? listen, IReadOnlyList<IReadinessCheck> checks, Action<Utf8JsonWriter>? status, ILoggerFactory loggers)
    {
        _listen = listen;
        _logger = loggers.CreateLogger("Management");
        _application = new ManagementApplication(checks, status, _metrics, _logger);
        if (listen is null) return;

        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxRequestBodySize = 0;
        options.Limits.MaxConcurrentConnections = 100;
        options.Listen(listen);
        _server = new KestrelServer(Options.Create(options), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), loggers), loggers);
    }

    /// <summary>Where it listens once started; null when it does not.</summary>
    public IPEndPoint? Endpoint { get; private set; }

    /// <summary>Starts listening.</summary>
    /// <exception cref="ProgramEndException">The address is taken or not this machine's: one line, code 69.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_server is null) return;
        try
        {
            await _server.StartAsync(_application, cancellationToken);
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or AddressInUseException)
        {
            var why = e is AddressInUseException || e.InnerException is AddressInUseException ? "the address is taken" : e.Message;
            throw new ProgramEndException(ExitCodes.Unavailable, $"[firstlight] management_listen {_listen}: {why}; choose another, or leave it empty for none", e);
        }

        _started = true;
        var address = new Uri(_server.Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Endpoint = new IPEndPoint(IPAddress.Parse(address.Host), address.Port);
        ManagementLog.Listening(_logger, Endpoint);
    }

    /// <summary>Stops listening; requests under way may end.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (!_started) return;
        _started = false;
        await _server!.StopAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        _server?.Dispose();
        _metrics.Dispose();
    }
}
