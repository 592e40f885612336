using System.Diagnostics;
using Firstlight.Plumbing.Tests.Support;

namespace Firstlight.Plumbing.Tests.Attach;

/// <summary>A guest that sends the same frames over and over, as fast as a few hundred a second, until it is disposed.</summary>
internal sealed class Shouter : IDisposable
{
    private const string Code = """
        import socket, sys, time
        s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        s.bind(('eth0', 0))
        frames = [bytes.fromhex(f) for f in sys.argv[1:]]
        print('ready', flush=True)
        while True:
            for f in frames: s.send(f)
            time.sleep(0.005)
        """;

    private readonly Process _process;

    private Shouter(Process process) => _process = process;

    public static async Task<Shouter> StartAsync(Guest guest, params byte[][] frames)
    {
        var start = new ProcessStartInfo("nsenter", [$"--net=/run/netns/{guest.Name}", "--", "/usr/bin/env", "python3", "-c", Code, .. frames.Select(Convert.ToHexString)])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        var process = Process.Start(start)!;
        Assert.Equal("ready", await process.StandardOutput.ReadLineAsync());
        return new Shouter(process);
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }
}
