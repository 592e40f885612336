using System.Net;
using System.Net.Sockets;
using System.Text;
using Firstlight.Agent.Listeners;
using Firstlight.Agent.Tests.Support;
using Firstlight.Inventory;
using Firstlight.Metadata.Identity;

namespace Firstlight.Agent.Tests.Listeners;

/// <summary>Listeners that come and go with their namespaces. Once for each engine.</summary>
public abstract class NamespaceListenersTests(GuestEngine engine, int loops = 0)
{
    [Fact]
    public async Task Two_networks_with_the_same_guest_address_are_told_apart()
    {
        using var red = new Cable();
        using var blue = new Cable();
        await using var agent = await TestAgent.StartAsync(new AgentOptions { Engine = engine, Loops = loops });
        agent.Directory.Add(TestAgent.Network("red"), "10.0.0.5", "red-instance");
        agent.Directory.Add(TestAgent.Network("blue"), "10.0.0.5", "blue-instance");

        var report = await agent.ListenAsync(TestAgent.On(red.Service, TestAgent.Network("red")), TestAgent.On(blue.Service, TestAgent.Network("blue")));

        Assert.Empty(report.Problems);
        Assert.Equal(2, report.Listening);
        Assert.Equal("red-instance /openstack", (await GuestClient.GetAsync(red.Guest, "/openstack")).Text);
        Assert.Equal("blue-instance /openstack", (await GuestClient.GetAsync(blue.Guest, "/openstack")).Text);
    }

    [Fact]
    public async Task Curl_in_a_guest_gets_its_document()
    {
        using var cable = new Cable();
        await using var agent = await TestAgent.StartAsync(new AgentOptions { Engine = engine, Loops = loops });
        agent.Directory.Add(TestAgent.Network("red"), "10.0.0.5", "red-instance");
        await agent.ListenAsync(TestAgent.On(cable.Service, TestAgent.Network("red")));

        var text = Ip.Run("netns", "exec", cable.Guest.Name, "curl", "-sS", "--noproxy", "*", "--max-time", "20", "http://169.254.169.254/openstack/latest/meta_data.json");

        Assert.Equal("red-instance /openstack/latest/meta_data.json", text);
    }

    [Fact]
    public async Task Fifty_networks_open_in_one_turn_and_each_guest_is_its_own()
    {
        const int Count = 50;
        var namespaces = new List<TestNamespace>();
        try
        {
            for (var i = 0; i < Count; i++) namespaces.Add(new TestNamespace().WithGuests("10.0.0.5"));
            await using var agent = await TestAgent.StartAsync(new AgentOptions { Engine = engine, Loops = loops });
            for (var i = 0; i < Count; i++) agent.Directory.Add(TestAgent.Network($"n{i}"), "10.0.0.5", $"instance-{i}");

            var report = await agent.ListenAsync([.. namespaces.Select((space, i) => TestAgent.On(space, TestAgent.Network($"n{i}")))]);
            var replies = await Task.WhenAll(namespaces.Select(space => GuestClient.GetAsync(space, "/x", source: "10.0.0.5")));

            Assert.Equal(Count, report.Listening);
            Assert.Equal(Enumerable.Range(0, Count).Select(i => $"instance-{i} /x"), replies.Select(reply => reply.Text));
            Assert.Equal(0, agent.Server.Describe().InfectedThreads);
        }
        finally
        {
            namespaces.ForEach(space => space.Dispose());
        }
    }

    [Fact]
    public async Task Link_local_guest_is_known_by_the_mac_in_its_address()
    {
        using var cable = new Cable();
        await using var agent = await TestAgent.StartAsync(new AgentOptions { Engine = engine, Loops = loops });
        agent.Directory.AddMac(TestAgent.Network("red"), Cable.GuestMac, "red-instance");
        var report = await agent.ListenAsync(V6(cable.Service, TestAgent.Network("red")));
        Assert.Empty(report.Problems);

        var reply = await GuestClient.GetAsync(cable.Guest, "/x", source: Cable.GuestLinkLocal + "%" + cable.Guest.IndexOf("eth0"), to: V6Service(cable.Guest));

        Assert.Equal("red-instance /x", reply.Text);
        Assert.Equal(Cable.GuestLinkLocal, agent.Upstream.Asked.Single().ForwardedFor);
    }

    [Fact]
    public async Task A_link_local_listener_whose_device_was_made_anew_is_opened_again()
    {
        using var cable = new Cable();
        await using var agent = await TestAgent.StartAsync();
        agent.Directory.AddMac(TestAgent.Network("red"), Cable.GuestMac, "red-instance");
        await agent.ListenAsync(V6(cable.Service, TestAgent.Network("red")));

        cable.Replace();
        agent.Server.LookAgain(cable.Service.Path);

        var source = Cable.GuestLinkLocal + "%" + cable.Guest.IndexOf("eth0");
        var reply = await Eventually.Connects(() => GuestClient.GetAsync(cable.Guest, "/x", source, V6Service(cable.Guest)), "the guest is answered");
        Assert.Equal("red-instance /x", reply.Text);
    }

    [Fact]
    public async Task Made_up_link_local_address_reads_as_not_found_without_a_lookup()
    {
        using var cable = new Cable();
        cable.Guest.Add("fe80::f816:3e00:b3:e838/64", "eth0");
        await using var agent = await TestAgent.StartAsync(new AgentOptions { Engine = engine, Loops = loops });
        // Neutron drops the middle octets unseen, and would read the address as this MAC.
        agent.Directory.AddMac(TestAgent.Network("red"), Cable.GuestMac, "red-instance");
        await agent.ListenAsync(V6(cable.Service, TestAgent.Network("red")));

        var reply = await GuestClient.GetAsync(cable.Guest, "/x", source: "fe80::f816:3e00:b3:e838%" + cable.Guest.IndexOf("eth0"), to: V6Service(cable.Guest));

        Assert.Equal(404, reply.Status);
        Assert.Empty(agent.Directory.Asked);
    }

    [Fact]
    public async Task Missing_device_is_a_problem_that_passes_when_the_device_comes()
    {
        using var space = new TestNamespace();
        await using var agent = await TestAgent.StartAsync(new AgentOptions { Engine = engine, Loops = loops });

        var report = await agent.ListenAsync(V6(space, TestAgent.Network("red")) with { Device = "late0" });

        Assert.Contains("ioctl", Assert.Single(report.Problems).Reason, StringComparison.Ordinal);
        space.Run("link", "add", "late0", "type", "veth", "peer", "name", "late1");
        space.Run("link", "set", "late0", "up");
        await Eventually.IsTrue(() => agent.Server.Describe().Listeners.All(listener => listener.State == ListenerState.Listening), "the listener opened");
    }

    [Fact]
    public async Task Router_listener_sees_plain_addresses_of_both_families()
    {
        using var cable = new Cable();
        cable.Service.Add("fd00::2/64", "eth0");
        cable.Guest.Add("fd00::5/64", "eth0");
        var router = new Scope(ScopeKind.Router, "r1");
        await using var agent = await TestAgent.StartAsync(new AgentOptions { Engine = engine, Loops = loops });
        agent.Directory.Add(router, "10.0.0.5", "four");
        agent.Directory.Add(router, "fd00::5", "six");

        var report = await agent.ListenAsync(
            new ListenerSpec(router, cable.Service.Path, IPAddress.Any, MetadataAddress.RouterPort, null),
            new ListenerSpec(router, cable.Service.Path, IPAddress.IPv6Any, MetadataAddress.RouterPort, null));

        Assert.Empty(report.Problems);
        Assert.Equal("four /", (await GuestClient.GetAsync(cable.Guest, to: new IPEndPoint(IPAddress.Parse("10.0.0.2"), MetadataAddress.RouterPort))).Text);
        Assert.Equal("six /", (await GuestClient.GetAsync(cable.Guest, to: new IPEndPoint(IPAddress.Parse("fd00::2"), MetadataAddress.RouterPort))).Text);
        Assert.All(agent.Directory.Asked, query => Assert.Equal(router, query.Scope));
    }

    [Fact]
    public async Task Deleted_namespace_is_freed_at_once_and_opened_again_under_its_old_name()
    {
        using var cable = new Cable();
        await using var agent = await TestAgent.StartAsync(new AgentOptions { Engine = engine, Loops = loops, RescanInterval = TimeSpan.FromHours(1) });
        agent.Directory.Add(TestAgent.Network("red"), "10.0.0.5", "red-instance");
        await agent.ListenAsync(TestAgent.On(cable.Service, TestAgent.Network("red")));
        using var open = await GuestClient.ConnectAsync(cable.Guest);
        await open.SendAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: m\r\n\r\n"));
        Assert.True(await open.ReceiveAsync(new byte[4096]) > 0);
        Assert.Equal(1, agent.Server.Describe().Listeners.Sum(listener => listener.Connections));

        cable.Service.Delete();

        // The guest's end of the cable lives exactly as long as the namespace of the other end.
        await Eventually.IsTrue(() => !Ip.TryTool("ip", out _, "-n", cable.Guest.Name, "link", "show", "eth0"), "the kernel freed the namespace");
        var gone = agent.Server.Describe().Listeners.Single(listener => listener.NamespacePath.Length > 0);
        Assert.NotEqual(ListenerState.Listening, gone.State);
        Assert.Equal(0, gone.Connections);

        cable.Recreate();
        await Eventually.IsTrue(() => agent.Server.Describe().Listeners.All(listener => listener.State == ListenerState.Listening), "the listener opened again");
        Assert.Equal("red-instance /again", (await GuestClient.GetAsync(cable.Guest, "/again")).Text);
    }

    [Fact]
    public async Task Namespace_recreated_between_two_looks_is_told_from_the_old_one()
    {
        using var space = new TestNamespace().WithGuests("10.0.0.5");
        // A directory nobody watches: only the inode can tell.
        await using var agent = await TestAgent.StartAsync(new AgentOptions { Engine = engine, Loops = loops, NamespaceDirectory = "/nowhere", RescanInterval = TimeSpan.FromHours(1) });
        agent.Directory.Add(TestAgent.Network("red"), "10.0.0.5", "red-instance");
        var spec = TestAgent.On(space, TestAgent.Network("red"));
        await agent.ListenAsync(spec);

        space.Delete();
        space.Create();
        space.WithGuests("10.0.0.5");
        await Assert.ThrowsAsync<SocketException>(() => GuestClient.GetAsync(space, source: "10.0.0.5"));
        await agent.ListenAsync(spec);

        Assert.Equal("red-instance /", (await GuestClient.GetAsync(space, source: "10.0.0.5")).Text);
    }

    [Fact]
    public async Task Unwanted_listener_closes_with_its_connections_and_others_go_on()
    {
        using var red = new TestNamespace().WithGuests("10.0.0.5");
        using var blue = new TestNamespace().WithGuests("10.0.0.5");
        await using var agent = await TestAgent.StartAsync(new AgentOptions { Engine = engine, Loops = loops });
        agent.Directory.Add(TestAgent.Network("blue"), "10.0.0.5", "blue-instance");
        await agent.ListenAsync(TestAgent.On(red, TestAgent.Network("red")), TestAgent.On(blue, TestAgent.Network("blue")));
        using var open = await GuestClient.ConnectAsync(red, "10.0.0.5");
        await open.SendAsync("GET"u8.ToArray());
        await Eventually.IsTrue(() => agent.Server.Describe().Listeners.Sum(listener => listener.Connections) == 1, "the connection is open");

        await agent.ListenAsync(TestAgent.On(blue, TestAgent.Network("blue")));

        await GuestClient.WaitForEndAsync(open);
        await Assert.ThrowsAsync<SocketException>(() => GuestClient.GetAsync(red, source: "10.0.0.5"));
        Assert.Equal("blue-instance /", (await GuestClient.GetAsync(blue, source: "10.0.0.5")).Text);
    }

    [Fact]
    public async Task Broken_namespace_is_skipped_and_picked_up_when_it_is_mended()
    {
        using var real = new TestNamespace().WithGuests("10.0.0.5");
        using var other = new TestNamespace().WithGuests("10.0.0.5");
        var directory = Directory.CreateTempSubdirectory("flt-");
        var broken = Path.Combine(directory.FullName, "broken");
        try
        {
            File.WriteAllBytes(broken, []);
            await using var agent = await TestAgent.StartAsync(new AgentOptions { Engine = engine, Loops = loops, NamespaceDirectory = directory.FullName });
            agent.Directory.Add(TestAgent.Network("red"), "10.0.0.5", "red-instance");
            var spec = TestAgent.On(real, TestAgent.Network("red")) with { NamespacePath = broken };

            var report = await agent.ListenAsync(spec, TestAgent.On(other, TestAgent.Network("blue")));

            Assert.Equal(1, report.Listening);
            var problem = Assert.Single(report.Problems);
            Assert.Equal(ListenerState.Failing, problem.State);
            Assert.StartsWith($"setns failed in namespace {broken}", problem.Reason, StringComparison.Ordinal);
            Ip.Tool("mount", "--bind", real.Path, broken);
            await Eventually.IsTrue(() => agent.Server.Describe().Listeners.All(listener => listener.State == ListenerState.Listening), "the listener opened");
            Assert.Equal("red-instance /", (await GuestClient.GetAsync(real, source: "10.0.0.5")).Text);
        }
        finally
        {
            Ip.TryTool("umount", out _, broken);
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Address_in_use_names_bind_and_opens_when_it_is_free()
    {
        using var space = new TestNamespace().WithGuests("10.0.0.5");
        using var sockets = new Plumbing.Namespaces.NamespaceSockets();
        await using var agent = await TestAgent.StartAsync(new AgentOptions { Engine = engine, Loops = loops });
        var holder = sockets.OpenListener(space.Path, new IPEndPoint(MetadataAddress.V4, 80), null);

        var report = await agent.ListenAsync(TestAgent.On(space, TestAgent.Network("red")));

        Assert.StartsWith("bind failed", Assert.Single(report.Problems).Reason, StringComparison.Ordinal);
        holder.Dispose();
        await Eventually.IsTrue(() => agent.Server.Describe().Listeners.All(listener => listener.State == ListenerState.Listening), "the listener opened");
    }

    [Fact]
    public async Task Connections_over_the_cap_are_told_to_come_back_and_other_listeners_do_not_notice()
    {
        using var red = new TestNamespace().WithGuests("10.0.0.5");
        using var blue = new TestNamespace().WithGuests("10.0.0.5");
        await using var agent = await TestAgent.StartAsync(new AgentOptions { Engine = engine, Loops = loops, MaxConnectionsPerListener = 3 });
        agent.Directory.Add(TestAgent.Network("blue"), "10.0.0.5", "blue-instance");
        await agent.ListenAsync(TestAgent.On(red, TestAgent.Network("red")), TestAgent.On(blue, TestAgent.Network("blue")));
        var held = new List<Socket>();
        for (var i = 0; i < 3; i++) held.Add(await GuestClient.ConnectAsync(red, "10.0.0.5"));
        await Eventually.IsTrue(() => agent.Server.Describe().Listeners.Sum(listener => listener.Connections) == 3, "three connections are open");

        using var excess = await GuestClient.ConnectAsync(red, "10.0.0.5");
        var reply = await GuestClient.ReadAsync(excess);

        Assert.Equal((503, "1"), (reply.Status, reply.Headers["Retry-After"]));
        Assert.Equal(200, (await GuestClient.GetAsync(blue, source: "10.0.0.5")).Status);
        held.ForEach(socket => socket.Dispose());
        await Eventually.IsTrue(() => agent.Server.Describe().Listeners.Sum(listener => listener.Connections) == 0, "the connections were forgotten");
    }

    [Fact]
    public async Task Guests_who_crowd_a_network_do_not_keep_another_one_waiting()
    {
        using var red = new TestNamespace().WithGuests("10.0.0.5");
        using var blue = new TestNamespace().WithGuests("10.0.0.5");
        await using var agent = await TestAgent.StartAsync(new AgentOptions { Engine = engine, Loops = loops, MaxRequestsInFlight = 8 });
        agent.Directory.Add(TestAgent.Network("red"), "10.0.0.5", "red-instance");
        agent.Directory.Add(TestAgent.Network("blue"), "10.0.0.5", "blue-instance");
        await agent.ListenAsync(TestAgent.On(red, TestAgent.Network("red")), TestAgent.On(blue, TestAgent.Network("blue")));
        var held = new TaskCompletionSource<Agent.Forward.UpstreamAnswer>();
        var answer = agent.Upstream.Answer;
        agent.Upstream.Answer = (request, token) => request.InstanceId.Value == "red-instance" ? new(held.Task) : answer(request, token);
        var crowd = new List<Task<Reply>>();
        for (var i = 0; i < 4; i++)
        {
            crowd.Add(GuestClient.GetAsync(red, $"/{i}", "10.0.0.5"));
            await Eventually.IsTrue(() => agent.Upstream.Asked.Count == crowd.Count, "the request is under way");
        }

        var refused = await GuestClient.GetAsync(red, "/one-too-many", "10.0.0.5");
        var others = await Task.WhenAll(GuestClient.GetAsync(blue, "/a", "10.0.0.5"), GuestClient.GetAsync(blue, "/b", "10.0.0.5"));
        held.SetResult(TestUpstream.Text(200, "done"));

        Assert.Equal((503, "1"), (refused.Status, refused.Headers["Retry-After"]));
        Assert.All(others, static reply => Assert.Equal(200, reply.Status));
        Assert.All(await Task.WhenAll(crowd), static reply => Assert.Equal("done", reply.Text));
    }

    private static ListenerSpec V6(TestNamespace space, Scope scope) => new(scope, space.Path, MetadataAddress.V6, MetadataAddress.GuestPort, "eth0");

    private static IPEndPoint V6Service(TestNamespace guest) => new(guest.LinkLocal(MetadataAddress.V6Text, "eth0"), 80);
}

public sealed class KestrelNamespaceListenersTests() : NamespaceListenersTests(GuestEngine.Kestrel);

public sealed class LeanNamespaceListenersTests() : NamespaceListenersTests(GuestEngine.Lean);

public sealed class LeanTwiceNamespaceListenersTests() : NamespaceListenersTests(GuestEngine.Lean, loops: 2);
