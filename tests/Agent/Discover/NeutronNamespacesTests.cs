using System.Net;
using System.Net.Sockets;
using System.Text;
using Firstlight.Agent.Discover;
using Firstlight.Agent.Tests.Support;
using Firstlight.Metadata.Identity;
using Firstlight.Plumbing.Namespaces;

namespace Firstlight.Agent.Tests.Discover;

public sealed class NeutronNamespacesTests
{
    private readonly string _id = DiscoveryRun.NewId();

    [Fact]
    public async Task Network_is_served_from_its_namespaces_creation_to_its_deletion_and_again()
    {
        var name = $"qdhcp-{_id}";
        await using var run = await DiscoveryRun.StartAsync([name], options => options with { Ipv6 = false });
        run.Agent.Directory.Add(DiscoveryRun.Network(_id), "10.0.0.5", "instance");
        using var cable = new Cable(service: name);
        await run.ListensOn("169.254.169.254:80");
        Assert.Equal("instance /first", (await GuestClient.GetAsync(cable.Guest, "/first")).Text);
        using var open = await GuestClient.ConnectAsync(cable.Guest);
        using var asking = await GuestClient.ConnectAsync(cable.Guest);
        run.Agent.Upstream.Answer = async (_, cancellationToken) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            throw new InvalidOperationException();
        };
        await asking.SendAsync("GET /slow HTTP/1.1\r\nHost: m\r\n\r\n"u8.ToArray());
        await Eventually.IsTrue(() => run.Agent.Upstream.Asked.Any(asked => asked.Target == "/slow"), "the request is being answered");

        cable.Service.Delete();

        // The guest's end of the cable lives exactly as long as the kernel's namespace of the other end.
        await Eventually.IsTrue(() => !Ip.TryTool("ip", out _, "-n", cable.Guest.Name, "link", "show", "eth0"), "the kernel freed the namespace");
        await run.ListensOn();
        Assert.Empty(run.Discovery.Describe().Namespaces);

        run.Agent.Upstream.Answer = (request, _) => new(TestUpstream.Text(200, TestUpstream.Describe(request)));
        cable.Recreate();
        await run.ListensOn("169.254.169.254:80");
        Assert.Equal("instance /again", (await GuestClient.GetAsync(cable.Guest, "/again")).Text);
        Assert.All(run.Agent.Directory.Asked, query => Assert.Equal(DiscoveryRun.Network(_id), query.Scope));
    }

    // The agent itself listens again as soon as the new namespace is there; being told late that the old one had gone, it closed that and reset its guests.
    [Fact]
    public async Task Namespace_that_is_back_before_the_agent_is_told_that_it_went_keeps_its_guests()
    {
        var name = $"qdhcp-{_id}";
        using var space = new TestNamespace(name).WithGuests("10.0.0.5");
        Socket? open = null;
        await using var run = await DiscoveryRun.StartAsync([name], reconciling: async look =>
        {
            if (look.Wanted.Count > 0 || open is not null) return;
            space.Create();
            space.WithGuests("10.0.0.5");
            open = await ConnectedAsync(space);
        });
        run.Agent.Directory.Add(DiscoveryRun.Network(_id), "10.0.0.5", "instance");
        await run.ListensOn("169.254.169.254:80");

        space.Delete();

        await Eventually.IsTrue(() => run.Looks.Count > 1 && open is not null, "the agent was told");
        await open!.SendAsync("GET /x HTTP/1.1\r\nHost: m\r\nConnection: close\r\n\r\n"u8.ToArray());
        Assert.Equal("instance /x", (await GuestClient.ReadAsync(open)).Text);
        open.Dispose();
    }

    [Fact]
    public async Task Connection_of_a_deleted_namespace_is_reset()
    {
        var name = $"qdhcp-{_id}";
        using var space = new TestNamespace(name).WithGuests("10.0.0.5");
        await using var run = await DiscoveryRun.StartAsync([name]);
        await run.ListensOn("169.254.169.254:80");
        // A guest inside the namespace itself: its socket outlives the name, so it sees how the connection ends.
        using var open = await GuestClient.ConnectAsync(space, "10.0.0.5");
        await Eventually.IsTrue(() => run.Agent.Server.Describe().Listeners.Sum(listener => listener.Connections) == 1, "the connection is open");

        space.Delete();

        var end = await Assert.ThrowsAsync<SocketException>(() => open.ReceiveAsync(new byte[1]));
        Assert.Equal(SocketError.ConnectionReset, end.SocketErrorCode);
    }

    [Fact]
    public async Task Missed_recreation_is_seen_by_the_inode_at_the_next_sweep()
    {
        using var before = new TestNamespace();
        using var after = new TestNamespace().WithGuests("10.0.0.5");
        var directory = Directory.CreateTempSubdirectory("flt-");
        var path = Path.Combine(directory.FullName, $"qdhcp-{_id}");
        try
        {
            await File.WriteAllBytesAsync(path, []);
            await using var run = await DiscoveryRun.StartAsync(
                [Path.GetFileName(path)], options => options with { Directory = directory.FullName, SweepInterval = TimeSpan.FromMilliseconds(100) });
            // A plain file, as a crash inside "ip netns add" leaves it.
            await Eventually.IsTrue(() => run.Agent.Server.Describe().Listeners.Any(listener => listener.Problem?.StartsWith("setns", StringComparison.Ordinal) == true), "it was tried");
            Assert.Empty(run.Listening());
            Ip.Tool("mount", "--bind", before.Path, path);
            await Eventually.IsTrue(() => run.Turns == 2, "the mount was seen");
            await run.ListensOn("169.254.169.254:80");

            // A mount over a mount: the directory does not change, so no watch tells.
            Ip.Tool("mount", "--bind", after.Path, path);

            run.Agent.Directory.Add(DiscoveryRun.Network(_id), "10.0.0.5", "instance");
            await Eventually.IsTrue(() => run.Log.Lines.Any(line => line.Text.EndsWith("is another one under its old name", StringComparison.Ordinal)), "the change was seen");
            await Eventually.IsTrue(() => run.Turns == 3, "the agent was told");
            await run.ListensOn("169.254.169.254:80");
            Assert.Equal("instance /", (await GuestClient.GetAsync(after, source: "10.0.0.5")).Text);
        }
        finally
        {
            while (Ip.TryTool("umount", out _, path))
            {
                // There are two.
            }

            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Router_is_served_in_both_families_behind_the_redirection_of_its_agent()
    {
        var name = $"qrouter-{_id}";
        using var cable = new Cable(service: name);
        cable.Service.Run("addr", "del", "169.254.169.254/32", "dev", "eth0");
        cable.Service.Run("addr", "del", "fe80::a9fe:a9fe/64", "dev", "eth0");
        cable.Service.Add("fe80::1/64", "eth0");
        cable.Guest.Run("route", "replace", "169.254.169.254/32", "via", "10.0.0.2", "dev", "eth0");
        cable.Guest.Run("-6", "route", "add", "fe80::a9fe:a9fe/128", "via", "fe80::1", "dev", "eth0");
        foreach (var (family, address) in new[] { ("ip", MetadataAddress.V4Text), ("ip6", MetadataAddress.V6Text) })
        {
            Ip.Run("netns", "exec", name, "nft", $"add table {family} metadata; add chain {family} metadata pre {{ type nat hook prerouting priority dstnat; }}; "
                + $"add rule {family} metadata pre iifname eth0 {family} daddr {address} tcp dport 80 redirect to :9697");
        }

        await using var run = await DiscoveryRun.StartAsync([name]);
        run.Agent.Directory.Add(DiscoveryRun.Router(_id), "10.0.0.5", "four");
        run.Agent.Directory.AddMac(DiscoveryRun.Router(_id), Cable.GuestMac, "six");
        await run.ListensOn("0.0.0.0:9697", "[::]:9697");

        var six = new IPEndPoint(cable.Guest.LinkLocal(MetadataAddress.V6Text, "eth0"), 80);
        Assert.Equal("four /", (await GuestClient.GetAsync(cable.Guest)).Text);
        Assert.Equal("six /", (await GuestClient.GetAsync(cable.Guest, source: $"{Cable.GuestLinkLocal}%{cable.Guest.IndexOf("eth0")}", to: six)).Text);
        Assert.Equal(["10.0.0.5", Cable.GuestLinkLocal], run.Agent.Upstream.Asked.Select(asked => asked.ForwardedFor));
    }

    [Fact]
    public async Task Ovn_metadata_namespace_is_a_network()
    {
        var name = $"ovnmeta-{_id}";
        using var cable = new Cable(service: name);
        await using var run = await DiscoveryRun.StartAsync([name]);
        run.Agent.Directory.AddMac(DiscoveryRun.Network(_id), Cable.GuestMac, "six");

        await run.ListensOn("169.254.169.254:80", "[fe80::a9fe:a9fe]:80");

        var six = new IPEndPoint(cable.Guest.LinkLocal(MetadataAddress.V6Text, "eth0"), 80);
        Assert.Equal("six /", (await GuestClient.GetAsync(cable.Guest, source: $"{Cable.GuestLinkLocal}%{cable.Guest.IndexOf("eth0")}", to: six)).Text);
    }

    [Fact]
    public async Task Kinds_and_port_are_the_operators_to_choose()
    {
        var (router, network) = ($"qrouter-{_id}", $"qdhcp-{_id}");
        using var served = new TestNamespace(router);
        using var other = new TestNamespace(network);
        await using var run = await DiscoveryRun.StartAsync(
            [router, network], options => options with { Kinds = NeutronNamespaceKinds.Router, MetadataPort = 9777, Ipv6 = false });

        await run.ListensOn("0.0.0.0:9777");

        Assert.Equal(router, Assert.Single(run.Discovery.Describe().Namespaces).Name);
    }

    [Fact]
    public async Task Address_that_another_program_holds_is_said_once_and_taken_when_it_is_free()
    {
        var name = $"qdhcp-{_id}";
        using var space = new TestNamespace(name).WithGuests("10.0.0.5");
        using var sockets = new NamespaceSockets();
        var haproxy = sockets.OpenListener(space.Path, new IPEndPoint(MetadataAddress.V4, 80), null);
        await using var run = await DiscoveryRun.StartAsync([name]);
        await Eventually.IsTrue(() => run.Agent.Server.Describe().Listeners.Any(listener => listener.Problem?.Contains("bind", StringComparison.Ordinal) == true), "it was tried");

        haproxy.Dispose();

        await run.ListensOn("169.254.169.254:80");
        Assert.Single(run.Log.Lines, line => line.Text.Contains("such as the haproxy of Neutron's own agent", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_is_told_again_while_nothing_changes()
    {
        var name = $"qdhcp-{_id}";
        using var space = new TestNamespace(name);
        await using var run = await DiscoveryRun.StartAsync([name], options => options with { SweepInterval = TimeSpan.FromMilliseconds(20) });
        await run.ListensOn("169.254.169.254:80");
        var before = run.Discovery.Describe().LookedAt;

        await Eventually.IsTrue(() => run.Discovery.Describe().LookedAt > before + TimeSpan.FromMilliseconds(200), "some sweeps went by");

        Assert.Single(run.Looks);
    }

    private static async Task<Socket> ConnectedAsync(TestNamespace space)
    {
        for (var deadline = DateTime.UtcNow.AddSeconds(20); ; await Task.Delay(5))
        {
            try
            {
                return await GuestClient.ConnectAsync(space, "10.0.0.5");
            }
            catch (SocketException) when (DateTime.UtcNow < deadline)
            {
                // The agent does not listen yet.
            }
        }
    }
}
