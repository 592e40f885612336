using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Firstlight.System.Tests.Support;

namespace Firstlight.Conformance.Tests.Nova;

/// <summary>A <c>metadata-api</c> process that was given a recorded nova.conf.</summary>
internal sealed class NovaApiProcess : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("firstlight-nova-").FullName;
    private readonly StringBuilder _log = new();
    private Process? _process;

    private NovaApiProcess()
    {
        EndPoint = new IPEndPoint(IPAddress.Loopback, FreePort.Take());
        Management = new IPEndPoint(IPAddress.Loopback, FreePort.Take());
    }

    public IPEndPoint EndPoint { get; }

    public IPEndPoint Management { get; }

    public string Log
    {
        get
        {
            lock (_log) return _log.ToString();
        }
    }

    /// <summary>Starts one; returns when it listens.</summary>
    /// <param name="cloud">What is around it.</param>
    /// <param name="profile">Whose nova.conf.</param>
    /// <param name="own">Lines of <c>[firstlight]</c>.</param>
    public static async Task<NovaApiProcess> StartAsync(NovaCloud cloud, string profile, string own)
    {
        var api = new NovaApiProcess();
        try
        {
            await api.StartAsync(cloud.Configuration(profile, api.EndPoint.Port, api._directory), own);
            return api;
        }
        catch
        {
            await api.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks it to end, as systemd does.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        await Run.ProgramAsync("kill", "-TERM", _process!.Id.ToString());
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await _process.WaitForExitAsync(deadline.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process?.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task StartAsync(string novaConf, string own)
    {
        var (nova, more) = (Path.Combine(_directory, "nova.conf"), Directory.CreateDirectory(Path.Combine(_directory, "nova.conf.d")));
        await File.WriteAllTextAsync(nova, novaConf);
        await File.WriteAllTextAsync(Path.Combine(more.FullName, "firstlight.conf"), $"[firstlight]\nmanagement_listen = {Management}\n{own}\n");
        _process = Run.StartFirstlight("metadata-api", "--config-file", nova, "--config-dir", more.FullName);
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await Eventually.TrueAsync(async () =>
        {
            if (_process.HasExited) Assert.Fail($"metadata-api ended with exit code {_process.ExitCode}:\n{Log}");
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(EndPoint);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        }, "metadata-api listens");
    }

    private void Note(string? line)
    {
        lock (_log) _log.AppendLine(line);
    }
}
