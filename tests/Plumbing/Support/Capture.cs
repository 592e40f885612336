using System.Diagnostics;

namespace Firstlight.Plumbing.Tests.Support;

/// <summary>tcpdump on a guest's device, which says of each packet whether its checksum holds; ends after a number of packets.</summary>
internal sealed class Capture : IDisposable
{
    private readonly Process _process;

    private Capture(Process process) => _process = process;

    public static async Task<Capture> StartAsync(string networkNamespace, string filter, int packets, string device = "eth0")
    {
        Assert.True(File.Exists("/usr/bin/tcpdump") || File.Exists("/usr/sbin/tcpdump"), "tcpdump is missing: ./setup installs it");
        var start = new ProcessStartInfo("nsenter", [$"--net=/run/netns/{networkNamespace}", "--", "tcpdump", "-vv", "-n", "-l", "-c", $"{packets}", "-i", device, filter])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        var process = Process.Start(start)!;
        var line = "";
        while (line is not null && !line.Contains("listening on", StringComparison.Ordinal)) line = await process.StandardError.ReadLineAsync();
        Assert.NotNull(line);
        return new Capture(process);
    }

    public Task<string> ReadAsync() => _process.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20));

    /// <summary>Ends it now.</summary>
    /// <returns>How many packets it had.</returns>
    public async Task<int> StopAsync()
    {
        // A packet that came just now is still on its way to tcpdump, whose own buffer it says how many left.
        await Task.Delay(TimeSpan.FromMilliseconds(200));
        using (var end = Process.Start("kill", ["-INT", $"{_process.Id}"])) await end.WaitForExitAsync();
        var said = await _process.StandardError.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20));
        return int.Parse(said.Split('\n').Single(line => line.EndsWith(" captured", StringComparison.Ordinal)).Split(' ')[0]);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }
}
