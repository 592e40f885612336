using System.Diagnostics;
using Firstlight.Plumbing.Tests.Support;

namespace Firstlight.Plumbing.Tests.Attach;

/// <summary>A real DHCP server that a guest runs, with addresses of its own for everybody who asks.</summary>
internal sealed class Rogue : IDisposable
{
    private readonly Process _process;

    private readonly System.Text.StringBuilder _said = new();

    private Rogue(Process process)
    {
        _process = process;
        _process.ErrorDataReceived += (_, line) => { lock (_said) _said.AppendLine(line.Data); };
        _process.BeginErrorReadLine();
    }

    /// <summary>What it has logged.</summary>
    public string Said
    {
        get
        {
            lock (_said) return _said.ToString();
        }
    }

    public static async Task<Rogue> StartAsync(Guest guest, string directory)
    {
        // Clients that read raw packets mind checksums, which a veth leaves to hardware that never comes.
        await guest.RunAsync("ethtool", "-K", "eth0", "tx", "off");
        string[] arguments =
        [
            $"--net=/run/netns/{guest.Name}", "--", "dnsmasq", "--keep-in-foreground", "--log-facility=-", "--no-hosts", "--no-resolv", "--port=0", "--conf-file=/dev/null", "--user=root",
            "--interface=eth0", "--bind-interfaces", "--dhcp-authoritative", "--no-ping", "--dhcp-range=10.0.0.91,10.0.0.99,255.255.255.192,1h", $"--dhcp-leasefile={directory}/rogue-leases",
            $"--pid-file={directory}/rogue-pid",
        ];
        var start = new ProcessStartInfo("nsenter", arguments) { RedirectStandardError = true, UseShellExecute = false };
        var process = Process.Start(start)!;
        var rogue = new Rogue(process);
        await Host.EventuallyAsync("the guest's own server is up", () => Task.FromResult(rogue.Said.Contains("IP range", StringComparison.Ordinal) ? rogue : null));
        return rogue;
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }
}
