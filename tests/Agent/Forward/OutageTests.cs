using Firstlight.Agent.Forward;
using Firstlight.Agent.Tests.Support;

namespace Firstlight.Agent.Tests.Forward;

public sealed class OutageTests
{
    private static readonly AgentOptions Quick = new() { RecoveryWait = TimeSpan.FromMilliseconds(300) };

    [Fact]
    public async Task Known_guest_is_served_while_the_directory_is_away_but_not_for_ever()
    {
        await using var agent = await Agent(Quick);
        Assert.Equal(200, (await GuestClient.GetHomeAsync(agent.Home, "/x")).Status);

        agent.Directory.IsAway = true;
        Assert.Equal("instance /y", (await GuestClient.GetHomeAsync(agent.Home, "/y")).Text);

        agent.Time.Step(TimeSpan.FromMinutes(11));
        await AssertUnavailable(agent, "/y");
    }

    [Fact]
    public async Task Known_guest_is_served_while_the_directory_hangs()
    {
        await using var agent = await Agent(Quick);
        await GuestClient.GetHomeAsync(agent.Home, "/x");

        agent.Directory.Hangs = true;

        Assert.Equal("instance /y", (await GuestClient.GetHomeAsync(agent.Home, "/y")).Text);
    }

    [Fact]
    public async Task Guest_waits_for_a_directory_that_comes_back()
    {
        await using var agent = await Agent(new AgentOptions { RecoveryWait = TimeSpan.FromSeconds(30) });
        agent.Directory.IsAway = true;

        var asking = GuestClient.GetHomeAsync(agent.Home, "/x");
        await Eventually.IsTrue(() => agent.Directory.Asked.Count > 2, "the directory was asked again");
        Assert.False(asking.IsCompleted);
        agent.Directory.IsAway = false;

        Assert.Equal("instance /x", (await asking).Text);
    }

    [Fact]
    public async Task Unknown_guest_is_known_as_soon_as_the_directory_knows_it()
    {
        await using var agent = await TestAgent.StartAsync(Quick);
        Assert.Equal(404, (await GuestClient.GetHomeAsync(agent.Home, "/x")).Status);

        agent.Directory.Add(TestAgent.HomeScope, "127.0.0.1", "instance");

        Assert.Equal(200, (await GuestClient.GetHomeAsync(agent.Home, "/x")).Status);
    }

    [Fact]
    public async Task Guest_that_left_is_not_remembered_through_an_outage()
    {
        await using var agent = await Agent(Quick);
        await GuestClient.GetHomeAsync(agent.Home, "/x");
        agent.Directory.Remove(TestAgent.HomeScope, "127.0.0.1");
        Assert.Equal(404, (await GuestClient.GetHomeAsync(agent.Home, "/x")).Status);

        agent.Directory.IsAway = true;

        await AssertUnavailable(agent, "/x");
    }

    [Fact]
    public async Task Address_that_changed_hands_is_the_new_owners()
    {
        await using var agent = await Agent(Quick);
        await GuestClient.GetHomeAsync(agent.Home, "/x");
        agent.Directory.Add(TestAgent.HomeScope, "127.0.0.1", "other", "other-project");

        Assert.Equal("other /x", (await GuestClient.GetHomeAsync(agent.Home, "/x")).Text);

        var last = agent.Upstream.Asked.Last();
        Assert.Equal(("other", "other-project", TestAgent.Signature.Sign(new("other"))), (last.InstanceId.Value, last.ProjectId.Value, last.Signature));
    }

    [Fact]
    public async Task Document_is_served_while_the_upstream_is_away_but_not_for_ever()
    {
        await using var agent = await Agent(Quick);
        await GuestClient.GetHomeAsync(agent.Home, "/x");

        TakeUpstreamAway(agent);

        Assert.Equal("instance /x", (await GuestClient.GetHomeAsync(agent.Home, "/x")).Text);
        await AssertUnavailable(agent, "/never-asked-before");
        agent.Time.Step(TimeSpan.FromMinutes(11));
        await AssertUnavailable(agent, "/x");
    }

    [Fact]
    public async Task Document_of_the_former_owner_of_an_address_is_not_served()
    {
        await using var agent = await Agent(Quick);
        await GuestClient.GetHomeAsync(agent.Home, "/x");
        agent.Directory.Add(TestAgent.HomeScope, "127.0.0.1", "other");

        TakeUpstreamAway(agent);

        await AssertUnavailable(agent, "/x");
    }

    [Fact]
    public async Task Guest_waits_for_an_upstream_that_comes_back()
    {
        await using var agent = await Agent(new AgentOptions { RecoveryWait = TimeSpan.FromSeconds(30) });
        var answer = agent.Upstream.Answer;
        TakeUpstreamAway(agent);

        var asking = GuestClient.GetHomeAsync(agent.Home, "/x");
        await Eventually.IsTrue(() => agent.Upstream.Asked.Count > 2, "the upstream was asked again");
        agent.Upstream.Answer = answer;

        Assert.Equal("instance /x", (await asking).Text);
    }

    [Fact]
    public async Task Posted_password_is_sent_once_however_it_fails()
    {
        await using var agent = await Agent(Quick);
        TakeUpstreamAway(agent);

        var reply = await GuestClient.SendHomeAsync(agent.Home, "POST /openstack/latest/password HTTP/1.1\r\nHost: m\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi");

        Assert.Equal((503, "1"), (reply.Status, reply.Headers["Retry-After"]));
        Assert.Single(agent.Upstream.Asked);
    }

    [Fact]
    public async Task Http_upstream_that_dies_and_returns_is_survived()
    {
        var peer = await HttpPeer.StartAsync();
        using var upstream = peer.Client();
        await using var agent = await TestAgent.StartAsync(Quick, upstream);
        agent.Directory.Add(TestAgent.HomeScope, "127.0.0.1", "instance");
        Assert.Equal("hello", (await GuestClient.GetHomeAsync(agent.Home, "/x")).Text);

        await peer.DisposeAsync();
        Assert.Equal("hello", (await GuestClient.GetHomeAsync(agent.Home, "/x")).Text);
        await AssertUnavailable(agent, "/y");

        await using var again = await HttpPeer.StartAsync(peer.Port);
        Assert.Equal(200, (await GuestClient.GetHomeAsync(agent.Home, "/y")).Status);
    }

    [Fact]
    public async Task Fault_in_the_directory_is_an_error_of_that_request_alone()
    {
        await using var agent = await Agent(Quick);
        var answer = agent.Upstream.Answer;
        agent.Upstream.Answer = (_, _) => throw new InvalidDataException("made by the test");
        Assert.Equal(500, (await GuestClient.GetHomeAsync(agent.Home, "/x")).Status);

        agent.Upstream.Answer = answer;

        Assert.Equal(200, (await GuestClient.GetHomeAsync(agent.Home, "/x")).Status);
    }

    private static async Task<TestAgent> Agent(AgentOptions options)
    {
        var agent = await TestAgent.StartAsync(options, isApart: true);
        agent.Directory.Add(TestAgent.HomeScope, "127.0.0.1", "instance");
        return agent;
    }

    private static void TakeUpstreamAway(TestAgent agent) => agent.Upstream.Answer = (_, _) => throw new UpstreamUnavailableException("taken away by the test");

    private static async Task AssertUnavailable(TestAgent agent, string path)
    {
        var reply = await GuestClient.GetHomeAsync(agent.Home, path);
        Assert.Equal((503, "1"), (reply.Status, reply.Headers["Retry-After"]));
    }
}
