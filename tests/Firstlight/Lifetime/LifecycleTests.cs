using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Firstlight.Lifetime;
using Firstlight.Tests.Support;

namespace Firstlight.Tests.Lifetime;

public sealed class LifecycleTests
{
    [Fact]
    public async Task The_first_signal_asks_for_an_orderly_end_and_the_second_ends_at_once()
    {
        var codes = new List<int>();
        using var lifecycle = new Lifecycle(codes.Add, new SystemdNotifier(null));
        var stopped = lifecycle.WaitForStopAsync();
        Assert.False(lifecycle.Stopping.IsCancellationRequested);

        lifecycle.OnSignal(PosixSignal.SIGTERM);
        await stopped.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.Empty(codes);

        lifecycle.OnSignal(PosixSignal.SIGTERM);
        lifecycle.OnSignal(PosixSignal.SIGINT);
        Assert.Equal([143, 130], codes);
    }

    // What Nova's and Neutron's services take for "read your files anew" ended ours, and systemd takes that for a wanted end.
    [Fact]
    public void A_hang_up_ends_it_only_where_its_terminal_is_gone()
    {
        using var lifecycle = new Lifecycle(_ => { }, new SystemdNotifier(null));

        lifecycle.OnHangUp(atTerminal: false);
        Assert.False(lifecycle.Stopping.IsCancellationRequested);

        lifecycle.OnHangUp(atTerminal: true);
        Assert.True(lifecycle.Stopping.IsCancellationRequested);
    }

    [Fact]
    public void The_service_manager_is_told_of_readiness_and_of_the_end()
    {
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, "notify");
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 10_000 };
        manager.Bind(new UnixDomainSocketEndPoint(path));
        using var lifecycle = new Lifecycle(_ => { }, new SystemdNotifier(path));

        lifecycle.Ready("3 networks");
        Assert.Equal("READY=1\nSTATUS=3 networks", Receive(manager));
        lifecycle.OnSignal(PosixSignal.SIGTERM);
        Assert.Equal("STOPPING=1", Receive(manager));
    }

    [Fact]
    public void An_abstract_socket_is_told_too_and_a_missing_one_is_no_matter()
    {
        var name = $"firstlight-test-{Guid.NewGuid():N}";
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 10_000 };
        manager.Bind(new UnixDomainSocketEndPoint($"\0{name}"));

        new SystemdNotifier($"@{name}").Send("READY=1");
        Assert.Equal("READY=1", Receive(manager));
        new SystemdNotifier("/nonexistent/notify").Send("READY=1");
    }

    private static string Receive(Socket socket)
    {
        var buffer = new byte[256];
        return Encoding.UTF8.GetString(buffer, 0, socket.Receive(buffer));
    }
}
