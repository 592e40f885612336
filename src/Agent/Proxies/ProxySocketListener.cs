using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;

namespace Firstlight.Agent.Proxies;

/// <summary>The UNIX socket that Neutron's haproxies hand requests to. One carries the guests of all networks, so connections are not counted here: the requests in flight are.</summary>
internal sealed class ProxySocketListener : IConnectionListener
{
    private static readonly TimeSpan ShortOfResources = TimeSpan.FromMilliseconds(100);
    private readonly ProxySocketOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SocketConnectionContextFactory _contexts;
    private ProxySocketFile? _file;
    private Socket? _socket;
    private long _requests;
    private volatile bool _stopping;

    public ProxySocketListener(ProxySocketOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        _options = options;
        _time = time;
        _logger = loggers.CreateLogger<ProxySocketListener>();
        _contexts = new SocketConnectionContextFactory(new SocketConnectionFactoryOptions(), _logger);
        EndPoint = new ProxyEndPoint(options.Path);
    }

    public EndPoint EndPoint { get; }

    public void CountRequest() => Interlocked.Increment(ref _requests);

    public ProxySocketStatus Describe() => new(_options.Path, _socket is not null && !_stopping, Interlocked.Read(ref _requests));

    /// <summary>Opens the socket; what connects before the server runs waits in its queue.</summary>
    /// <exception cref="ProxySocketException">It cannot be had.</exception>
    public void Listen()
    {
        (_file, _socket) = ProxySocketFile.Open(_options);
        ProxiesLog.Listening(_logger, _options.Path, Convert.ToString((int)File.GetUnixFileMode(_options.Path), toBase: 8));
    }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                return _contexts.Create(await _socket!.AcceptAsync(cancellationToken));
            }
            catch (Exception) when (_stopping)
            {
                return null;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.NotConnected)
            {
                // The proxy was gone before it was looked at.
            }
            catch (SocketException e)
            {
                // Out of descriptors or memory: the connection stays in the queue, and looping without a pause would only burn the processor.
                ProxiesLog.AcceptFailed(_logger, _options.Path, e.Message);
                await Task.Delay(ShortOfResources, _time, cancellationToken);
            }
        }
    }

    /// <summary>Stops listening and removes the file if it is still ours; open connections are Kestrel's to drain.</summary>
    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        if (_stopping) return default;
        _stopping = true;
        _file?.Remove();
        _socket?.Dispose();
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        await UnbindAsync();
        _contexts.Dispose();
    }
}

/// <summary>The endpoint Kestrel is told of for the socket; not the framework's own, for which Kestrel would make a socket itself.</summary>
internal sealed class ProxyEndPoint(string path) : EndPoint
{
    public override AddressFamily AddressFamily => AddressFamily.Unix;

    public override string ToString() => path;
}
