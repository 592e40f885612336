using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Firstlight.Agent.Tests.Support;

/// <summary>A real haproxy on loopback that limits guests as the ones Neutron's agents write do, and answers 200 to the rest.</summary>
internal sealed class Haproxy : IAsyncDisposable
{
    private readonly Process _process;
    private readonly DirectoryInfo _directory;

    private Haproxy(Process process, DirectoryInfo directory, IPEndPoint endPoint)
    {
        _process = process;
        _directory = directory;
        EndPoint = endPoint;
    }

    public IPEndPoint EndPoint { get; }

    public static async Task<Haproxy> StartAsync(RateLimitOptions limit)
    {
        var endPoint = new IPEndPoint(IPAddress.Loopback, FreePort());
        var directory = Directory.CreateTempSubdirectory("flh-");
        var file = Path.Combine(directory.FullName, "haproxy.cfg");
        await File.WriteAllTextAsync(file, Configuration(limit, endPoint));
        var start = new ProcessStartInfo("haproxy", ["-f", file, "-db"]) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false };
        try
        {
            var haproxy = new Haproxy(Process.Start(start)!, directory, endPoint);
            await Eventually.IsTrue(() => CanConnect(endPoint), "haproxy listens");
            return haproxy;
        }
        catch (Win32Exception e)
        {
            directory.Delete(recursive: true);
            throw new InvalidOperationException("haproxy is missing: ./setup installs it", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _directory.Delete(recursive: true);
    }

    // Both tables of the section's two pairs of options; a guest is forgotten after the larger window.
    private static string Configuration(RateLimitOptions limit, IPEndPoint endPoint)
    {
        var expire = Math.Max(limit.BaseWindow.TotalSeconds, limit.BurstWindow.TotalSeconds);
        return $$"""
            global
                maxconn 1024
            defaults
                mode http
                option http-server-close
                timeout http-request 30s
                timeout connect 30s
                timeout client 32s
                timeout server 32s
            backend base_rate_limiter
                stick-table type ip size 10k expire {{expire}}s store http_req_rate({{limit.BaseWindow.TotalSeconds}}s)
            backend burst_rate_limiter
                stick-table type ip size 10k expire {{expire}}s store http_req_rate({{limit.BurstWindow.TotalSeconds}}s)
            listen listener
                bind {{endPoint}}
                http-request track-sc0 src table base_rate_limiter
                http-request track-sc1 src table burst_rate_limiter
                http-request deny deny_status 429 if { sc_http_req_rate(0) gt {{limit.BaseLimit}} }
                http-request deny deny_status 429 if { sc_http_req_rate(1) gt {{limit.BurstLimit}} }
                http-request return status 200 content-type text/plain string hello

            """;
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static bool CanConnect(IPEndPoint endPoint)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(endPoint);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
