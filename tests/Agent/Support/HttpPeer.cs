using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Firstlight.Agent.Forward;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Firstlight.Agent.Tests.Support;

/// <summary>What a metadata API received.</summary>
internal sealed record Received(string Method, string Target, IReadOnlyDictionary<string, string> Headers, string Body)
{
    /// <summary>The body as it came.</summary>
    public byte[] Bytes { get; init; } = [];
}

/// <summary>A real HTTP server in the metadata API's place, on loopback.</summary>
internal sealed class HttpPeer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private HttpPeer(WebApplication app) => _app = app;

    public ConcurrentQueue<Received> Received { get; } = new();

    public Func<HttpContext, Task> Answer { get; set; } = context => context.Response.WriteAsync("hello");

    public int Port { get; private set; }

    public static async Task<HttpPeer> StartAsync(int port = 0, X509Certificate2? certificate = null, Action<HttpsConnectionAdapterOptions>? tls = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        if (certificate is not null) builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen =>
        {
            if (certificate is not null) listen.UseHttps(certificate, tls ?? (_ => { }));
        }));
        var peer = new HttpPeer(builder.Build());
        peer._app.Run(peer.HandleAsync);
        await peer._app.StartAsync();
        var addresses = peer._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        peer.Port = new Uri(addresses.Single()).Port;
        return peer;
    }

    public HttpUpstream Client(TimeSpan? timeout = null) => Client(Port, timeout);

    public static HttpUpstream Client(int port, TimeSpan? timeout = null) => new(
        new HttpUpstreamOptions { Port = port, Timeout = timeout ?? TimeSpan.FromSeconds(60) }, TimeProvider.System, NullLogger<HttpUpstream>.Instance);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var bytes = body.ToArray();
        var headers = context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        Received.Enqueue(new Received(context.Request.Method, context.Features.Get<IHttpRequestFeature>()!.RawTarget, headers, Encoding.UTF8.GetString(bytes)) { Bytes = bytes });
        context.Request.Body = new MemoryStream(bytes);
        await Answer(context);
    }
}
