using System.Net;
using System.Net.Sockets;
using Firstlight.Agent.Tests.Support;
using Firstlight.Plumbing.Namespaces;

namespace Firstlight.Agent.Tests.Discover;

// Alone: it counts the descriptors of the process.
[CollectionDefinition(nameof(ChurnTests), DisableParallelization = true)]
public sealed class ChurnCollection;

[Collection(nameof(ChurnTests))]
public sealed class ChurnTests : IDisposable
{
    private const int Cycles = 200;
    private const int AtOnce = 8;

    // Every namespace has a device here whose other end is inside: it lives exactly as long as the kernel's namespace, name or no name.
    private readonly TestNamespace _witness = new();
    private readonly NamespaceSockets _sockets = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Two_hundred_namespaces_that_come_and_go_under_open_connections_leave_nothing_behind(bool isApart)
    {
        // Few names, used again and again, as agents do.
        var names = Enumerable.Range(0, AtOnce).Select(_ => $"qdhcp-{DiscoveryRun.NewId()}").ToArray();
        await using var run = await DiscoveryRun.StartAsync(names, isApart: isApart);
        foreach (var name in names) run.Agent.Directory.Add(DiscoveryRun.Network(name["qdhcp-".Length..]), "10.0.0.5", name);
        try
        {
            // Once before counting: what the runtime and the agent open for good is open then.
            await Task.WhenAll(names.Select(name => CycleAsync(name, isApart)));
            await Freed(run);
            var before = Descriptors.Count();

            await Task.WhenAll(names.Select(async name =>
            {
                for (var i = 0; i < Cycles / AtOnce; i++) await CycleAsync(name, isApart);
            }));

            await Freed(run);
            await Eventually.IsTrue(() => Descriptors.Count() <= before, "as many descriptors are open as before");
            Assert.Equal(0, ThreadNamespaceCheck.CountInfected());
        }
        finally
        {
            foreach (var name in names) Ip.TryTool("ip", out _, "netns", "del", name);
        }
    }

    public void Dispose()
    {
        _sockets.Dispose();
        _witness.Dispose();
    }

    private async Task CycleAsync(string name, bool isSilent)
    {
        Ip.Run("netns", "add", name);
        Ip.Tool(
            "sh", "-ec", $"ip -n {name} -batch - <<'.'\nlink set lo up\naddr add 169.254.169.254/32 dev lo\naddr add 10.0.0.5/32 dev lo\n.\n"
            + $"ip link add w{Guid.NewGuid().ToString("N")[..12]} netns {_witness.Name} type veth peer name ns-0 netns {name}");
        using var idle = await ConnectAsync(name);

        // The lean engine does not even know of a connection that said nothing yet, so nothing could reset it.
        if (!isSilent) await AskAsync(idle);
        using var asking = await ConnectAsync(name);
        await AskAsync(asking);
        await asking.SendAsync("GET /half HTT"u8.ToArray());

        Ip.Run("netns", "del", name);

        await GuestClient.WaitForEndAsync(idle);
        await GuestClient.WaitForEndAsync(asking);
    }

    private static async Task AskAsync(Socket socket)
    {
        await socket.SendAsync("GET / HTTP/1.1\r\nHost: m\r\n\r\n"u8.ToArray());
        Assert.True(await socket.ReceiveAsync(new byte[4096]) > 0);
    }

    // Nobody listens yet when a namespace is new.
    private async Task<Socket> ConnectAsync(string name)
    {
        var deadline = DateTime.UtcNow.AddSeconds(20);
        while (true)
        {
            var socket = _sockets.OpenStream($"/run/netns/{name}", AddressFamily.InterNetwork);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Parse("10.0.0.5"), 0));
                await socket.ConnectAsync(GuestClient.Service);
                return socket;
            }
            catch (SocketException) when (DateTime.UtcNow < deadline)
            {
                socket.Dispose();
                await Task.Delay(5);
            }
        }
    }

    private async Task Freed(DiscoveryRun run)
    {
        await run.ListensOn();
        await Eventually.IsTrue(() => _witness.Run("-br", "link", "show", "type", "veth").Length == 0, "the kernel freed every namespace");
        await Eventually.IsTrue(() => run.Agent.Server.Describe().Listeners.Sum(listener => listener.Connections) == 0, "the agent forgot every connection");
    }
}
