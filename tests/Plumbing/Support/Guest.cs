using Firstlight.Plumbing.Processes;

namespace Firstlight.Plumbing.Tests.Support;

/// <summary>A guest's namespace.</summary>
internal sealed class Guest(Host host, string name)
{
    public string Name => name;

    public Task<string> RunAsync(string program, params string[] arguments) => host.RunAsync("nsenter", [$"--net=/run/netns/{name}", "--", program, .. arguments]);

    public Task<ProcessResult> TryAsync(string program, params string[] arguments) => host.TryAsync("nsenter", [$"--net=/run/netns/{name}", "--", program, .. arguments]);

    /// <summary>Asks DHCP with busybox's client, which reads raw packets and so minds checksums, and honours option 121.</summary>
    public async Task<string> DhcpAsync()
    {
        var script = Path.Combine(host.State, "udhcpc-script");
        await File.WriteAllTextAsync(script, """
            #!/bin/sh
            [ "$1" = bound ] || exit 0
            ip addr add "$ip/$mask" dev "$interface"
            set -- $staticroutes
            while [ $# -ge 2 ]; do ip route replace "$1" via "$2" dev "$interface"; shift 2; done
            """);
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return await RunAsync("busybox", "udhcpc", "-i", "eth0", "-q", "-n", "-f", "-t", "20", "-T", "1", "-O", "staticroutes", "-s", script);
    }
}
