using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Firstlight.Api.Tests.Support;
using Firstlight.System.Tests.Support;
using Firstlight.Tests.Support;

namespace Firstlight.Conformance.Tests.Live;

/// <summary>A metadata service that runs beside the tests: the real one or ours.</summary>
internal sealed class MetadataService : IAsyncDisposable
{
    // Says which program takes our place, with any arguments before the configuration files: "nova-api" compares Nova with itself.
    private const string PeerVariable = "FIRSTLIGHT_LIVE_PEER";
    private readonly Process _process;
    private readonly string _log;

    private MetadataService(Process process, IPEndPoint endPoint, string log)
    {
        _process = process;
        EndPoint = endPoint;
        _log = log;
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>Starts Debian's <c>nova-api</c> on the cloud's <c>nova.conf</c> and waits until it answers.</summary>
    public static Task<MetadataService> StartNovaAsync(TwoCellCloud cloud)
    {
        if (!File.Exists("/usr/bin/nova-api")) throw new InvalidOperationException("nova-api is missing: ./setup --conformance installs it");
        return StartAsync(["/usr/bin/nova-api", "--config-file", cloud.NovaConf], cloud.NovaEndPoint, Path.Combine(cloud.Directory, "nova.log"));
    }

    /// <summary>Starts ours on the same file, and one more with a port and <paramref name="settings"/> of its own.</summary>
    public static async Task<MetadataService> StartOursAsync(TwoCellCloud cloud, string settings)
    {
        var endPoint = TwoCellCloud.FreeEndPoint();
        var own = Path.Combine(cloud.Directory, "firstlight.conf");
        await File.WriteAllTextAsync(own, string.Create(CultureInfo.InvariantCulture, $"""
            [DEFAULT]
            metadata_listen_port = {endPoint.Port}
            {settings}

            """));
        string[] program = Environment.GetEnvironmentVariable(PeerVariable) is { Length: > 0 } peer
            ? peer.Split(' ')
            : ["dotnet", Path.Combine(AppContext.BaseDirectory, "firstlight.dll"), "metadata-api"];
        return await StartAsync([.. program, "--config-file", cloud.NovaConf, "--config-file", own], endPoint, Path.Combine(cloud.Directory, "ours.log"));
    }

    /// <summary>Asks as the metadata agent does.</summary>
    public Task<RawResponse> GetAsync(SeededInstance instance, string target) => RawHttp.SendAsync(EndPoint, "GET", target, instance.Headers);

    public string LastLogLines(int count) => File.Exists(_log) ? string.Join('\n', File.ReadLines(_log).TakeLast(count)) : "no log";

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            // Nova's parent process takes its worker with it only when it is asked to.
            await Run.ProgramAsync("kill", "-TERM", _process.Id.ToString(CultureInfo.InvariantCulture));
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
                await _process.WaitForExitAsync(CancellationToken.None);
            }
        }

        _process.Dispose();
    }

    private static async Task<MetadataService> StartAsync(string[] command, IPEndPoint endPoint, string log)
    {
        // The shell becomes the program, so that the process id is the program's own.
        var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "log=$1; shift; exec \"$@\" >\"$log\" 2>&1 </dev/null", "sh", log, .. command]))!;
        var service = new MetadataService(process, endPoint, log);
        try
        {
            await Eventually.TrueAsync(service.AnswersAsync, $"{Path.GetFileName(command[0])} answers");
            return service;
        }
        catch (Exception e)
        {
            var said = service.LastLogLines(15);
            await service.DisposeAsync();
            throw new InvalidOperationException($"{string.Join(' ', command)}: {e.Message}\n{said}", e);
        }
    }

    private async Task<bool> AnswersAsync()
    {
        if (_process.HasExited) throw new InvalidOperationException($"ended with exit code {_process.ExitCode}");
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(EndPoint);
        }
        catch (SocketException)
        {
            return false;
        }

        return (await RawHttp.SendAsync(EndPoint, "GET", "/", [])).Status == 200;
    }
}
