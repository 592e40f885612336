using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Firstlight.Agent.Tests.Support;
using Firstlight.System.Tests.Support;
using Firstlight.Tests.Support;

namespace Firstlight.Agent.Tests.Proxies;

/// <summary>A real haproxy with the directives Neutron's agents write for it, but on loopback.</summary>
public sealed class HaproxyTests : IDisposable
{
    private readonly SocketPlace _place = new();
    private readonly IPEndPoint _front = new(IPAddress.Loopback, FreePort.Take());
    private Process? _haproxy;

    public void Dispose()
    {
        if (_haproxy is not null)
        {
            _haproxy.Kill(entireProcessTree: true);
            _haproxy.WaitForExit();
            _haproxy.Dispose();
        }

        _place.Dispose();
    }

    [Fact]
    public async Task Guest_behind_haproxy_is_served_and_cannot_forge_who_it_is()
    {
        await using var agent = await _place.StartAsync();
        agent.Directory.Add(TestAgent.Network(SocketPlace.NetworkId), "127.0.0.1", "behind");
        await StartHaproxyAsync();

        Assert.Equal("behind /x%2F?y", (await RawHttp.SendAsync(_front, "GET", "/x%2F?y", [])).Text);
        Assert.Equal("behind /", (await RawHttp.SendAsync(_front, "GET", "/", [("X-Neutron-Router-ID", SocketPlace.RouterId), ("X-Neutron-Network-ID", SocketPlace.RouterId)])).Text);
        Assert.Equal("behind /p", (await RawHttp.SendAsync(_front, "POST", "/p", [], "secret"u8.ToArray(), chunked: true)).Text);
        Assert.Equal(400, (await RawHttp.SendAsync(_front, "GET", "/", [("X_Neutron_Router_ID", SocketPlace.RouterId)])).Status);
        Assert.Equal(400, (await RawHttp.SendAsync(_front, "GET", "/", [("X-Forwarded-For", SocketPlace.Guest)])).Status);
        Assert.DoesNotContain(agent.Upstream.Asked, request => request.InstanceId.Value != "behind");
        Assert.Equal("secret", Encoding.ASCII.GetString(agent.Upstream.Asked.Single(request => request.Method == "POST").Body.Span));
    }

    [Fact]
    public async Task Agent_that_is_started_again_is_found_by_the_haproxy_that_ran_on()
    {
        await using (var first = await _place.StartAsync())
        {
            first.Directory.Add(TestAgent.Network(SocketPlace.NetworkId), "127.0.0.1", "behind");
            await StartHaproxyAsync();
            Assert.Equal(200, (await RawHttp.SendAsync(_front, "GET", "/x", [])).Status);
        }

        Assert.Equal(503, (await RawHttp.SendAsync(_front, "GET", "/x", [])).Status);

        await using var second = await _place.StartAsync();
        second.Directory.Add(TestAgent.Network(SocketPlace.NetworkId), "127.0.0.1", "behind");
        Assert.Equal(200, (await RawHttp.SendAsync(_front, "GET", "/x", [])).Status);
    }

    private async Task StartHaproxyAsync()
    {
        var configuration = Path.Combine(_place.Folder, "haproxy.conf");
        await File.WriteAllTextAsync(configuration, $"""
            global
                maxconn     1024
            defaults
                mode http
                option dontlognull
                option http-server-close
                option forwardfor
                retries                 3
                timeout http-request    30s
                timeout connect         30s
                timeout client          32s
                timeout server          32s
                timeout http-keep-alive 30s
            listen listener
                bind {_front}
                server metadata {_place.Path}
                http-request del-header X-Neutron-Router-ID
                http-request set-header X-Neutron-Network-ID {SocketPlace.NetworkId}

            """);
        try
        {
            _haproxy = Process.Start(new ProcessStartInfo("haproxy", ["-db", "-f", configuration]) { UseShellExecute = false });
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException("haproxy is missing: ./setup installs it", e);
        }

        await Eventually.IsTrue(Listens, "haproxy listens");
    }

    private bool Listens()
    {
        if (_haproxy!.HasExited) throw new InvalidOperationException($"haproxy ended with {_haproxy.ExitCode}");
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(_front);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
