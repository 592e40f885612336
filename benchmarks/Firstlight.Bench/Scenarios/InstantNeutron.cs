using System.Net;
using System.Text;

namespace Firstlight.Bench.Scenarios;

/// <summary>
/// The part of the Networking API that a metadata request needs: every instance has one port with one security group. It answers at once, which
/// favours whoever asks it more.
/// </summary>
internal sealed class InstantNeutron : IAsyncDisposable
{
    private const string Group = "f06e9ed8-1b60-4dd8-a4d1-eb1df48b1632";
    private readonly HttpListener _listener = new();
    private readonly Task _serving;

    public InstantNeutron(int port)
    {
        _listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        _listener.Start();
        _serving = Task.Run(ServeAsync);
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving.ConfigureAwait(false);
    }

    private async Task ServeAsync()
    {
        try
        {
            while (_listener.IsListening) Answer(await _listener.GetContextAsync().ConfigureAwait(false));
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // The end of the run.
        }
    }

    private static void Answer(HttpListenerContext context)
    {
        var device = context.Request.QueryString["device_id"];
        var body = Encoding.UTF8.GetBytes(context.Request.Url!.AbsolutePath.EndsWith("/ports", StringComparison.Ordinal)
            ? $$"""{"ports": [{"id": "{{device}}", "device_id": "{{device}}", "network_id": "d6c53ac8-fff8-4ae6-8a36-a723a278dd47", "security_groups": ["{{Group}}"], "port_security_enabled": true}]}"""
            : $$"""{"security_groups": [{"id": "{{Group}}", "name": "default"}]}""");
        context.Response.ContentType = "application/json";
        context.Response.ContentLength64 = body.Length;
        context.Response.Close(body, willBlock: false);
    }
}
