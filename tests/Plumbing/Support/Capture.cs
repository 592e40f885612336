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

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }
}
