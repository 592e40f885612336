using System.Collections.Concurrent;
using System.Diagnostics;
using Firstlight.Plumbing.Interop;
using Firstlight.Plumbing.Namespaces;
using Firstlight.Plumbing.Tests.Support;
using Firstlight.Plumbing.Watch;
using Microsoft.Extensions.Logging.Abstractions;

namespace Firstlight.Plumbing.Tests.Watch;

/// <summary>What the kernel itself tells, without a look of anybody's: where it told nothing, repairs would still come, but seconds later.</summary>
public sealed class KernelWatchTests
{
    /// <summary>Changes inside a namespace.</summary>
    public static TheoryData<string> Changes => new(
        "ip -n {0} addr add 192.0.2.1/24 dev lo",
        "ip -n {0} link set lo up",
        "ip -n {0} route add blackhole 198.51.100.0/24",
        "nsenter --net=/run/netns/{0} -- nft add table inet firstlight",
        "nsenter --net=/run/netns/{0} -- sysctl -qw net.ipv4.ip_forward=1",
        "ip netns del {0}");

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_change_inside_a_namespace_is_told_with_its_name(string change)
    {
        await using var host = new Host();
        var guest = await host.AddNamespaceAsync();
        await guest.RunAsync("ip", "link", "set", "lo", "down");
        var heard = new ConcurrentQueue<Notice>();
        using var watch = new KernelWatch(heard.Enqueue, NullLogger.Instance);
        watch.FollowNamespace(guest.Name, NamespaceList.IdentityOf(guest.Name)!);

        await RunAsync(host, string.Format(change, guest.Name));

        await HeardAsync(heard, new Notice(NoticeKind.Namespace, guest.Name));
    }

    [Fact]
    public async Task A_device_and_a_table_of_the_host_are_told_by_name()
    {
        await using var host = new Host();
        var name = $"flw{Guid.NewGuid().ToString("N")[..8]}";
        var heard = new ConcurrentQueue<Notice>();
        using var watch = new KernelWatch(heard.Enqueue, NullLogger.Instance);
        try
        {
            await RunAsync(host, $"ip link add {name} type bridge");
            await RunAsync(host, $"nft add table bridge {name}");

            await HeardAsync(heard, new Notice(NoticeKind.Device, name));
            await HeardAsync(heard, new Notice(NoticeKind.Table, name));
        }
        finally
        {
            await host.TryAsync("ip", "link", "del", name);
            await host.TryAsync("nft", "delete", "table", "bridge", name);
        }
    }

    [Fact]
    public async Task The_end_of_a_daemon_is_told_by_the_name_it_is_followed_under()
    {
        var heard = new ConcurrentQueue<Notice>();
        using var watch = new KernelWatch(heard.Enqueue, NullLogger.Instance);
        using var process = Process.Start("sleep", "600");
        using var held = PidFd.TryOpen(process.Id)!;
        watch.FollowDaemon("sleeper", held);

        process.Kill();

        await HeardAsync(heard, new Notice(NoticeKind.Daemon, "sleeper"));
    }

    private static Task<string> RunAsync(Host host, string command)
    {
        var words = command.Split(' ');
        return host.RunAsync(words[0], words[1..]);
    }

    private static Task<string> HeardAsync(ConcurrentQueue<Notice> heard, Notice notice) =>
        Host.EventuallyAsync($"a notice of {notice.Kind} {notice.Subject}", () => Task.FromResult(heard.Contains(notice) ? "heard" : null));
}
