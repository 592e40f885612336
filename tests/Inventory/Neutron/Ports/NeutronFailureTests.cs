using Firstlight.Api.Tests.Support;
using Firstlight.Inventory.Neutron;
using Firstlight.Inventory.Neutron.Keystone;
using Firstlight.Inventory.Neutron.Ports;
using Microsoft.AspNetCore.Http;

namespace Firstlight.Inventory.Tests.Neutron.Ports;

/// <summary>What the directory says and does while Neutron or Keystone fails.</summary>
public sealed class NeutronFailureTests : IAsyncLifetime
{
    private static readonly TimeSpan LongestPause = new NeutronDirectoryOptions().LongestPause;
    private static readonly PortQuery Plain = PortCloud.OnNetwork(PortCloud.PlainNetwork, "10.0.0.70");
    private const string PlainGuest = "e43099e8-148b-52fe-87c3-280fa99d9a7f";
    private PortCloud _cloud = null!;

    public async ValueTask InitializeAsync() => _cloud = await PortCloud.StartAsync();

    public ValueTask DisposeAsync() => _cloud.DisposeAsync();

    [Theory]
    [InlineData(500, "")]
    [InlineData(503, "<html>\nno server is available\n</html>")]
    [InlineData(200, "<html>\nit works\n</html>")]
    [InlineData(200, "{\"ports\": [null]}")]
    [InlineData(200, "{\"ports\": [{\"id\": \"x\"}]}")]
    [InlineData(200, "{\"ports\": [{\"id\": 7, \"network_id\": {}}]}")]
    [InlineData(200, "{\"ports\": [{\"id\": \"")]
    public async Task A_Neutron_that_fails_or_talks_nonsense_is_unavailable_and_nobody_becomes_unknown(int status, string body)
    {
        Fail(status, body);
        await _cloud.UnavailableAsync(Plain);
        await _cloud.UnavailableAsync(PortCloud.OnRouter(PortCloud.Router, "10.1.1.21"));
    }

    [Fact]
    public async Task A_slow_Neutron_is_given_up()
    {
        _cloud.Neutron.Gate = new TaskCompletionSource();
        var directory = _cloud.Open(PortCloud.Patient with { RequestTimeout = TimeSpan.FromMilliseconds(200) });
        var failure = await _cloud.UnavailableAsync(Plain, directory);
        Assert.Equal("Neutron does not answer within 0.2 s", failure.Message);
    }

    [Fact]
    public async Task A_Neutron_that_is_gone_is_unavailable()
    {
        await _cloud.Neutron.Peer.DisposeAsync();
        var failure = await _cloud.UnavailableAsync(Plain);
        Assert.StartsWith("Neutron, asked for /ports: ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_in_memory_is_told_while_Neutron_fails_until_it_is_old()
    {
        await _cloud.FindAsync(Plain);
        Fail(500);
        Assert.Equal(PlainGuest, await _cloud.FindAsync(Plain));
        _cloud.Time.Advance(new NeutronDirectoryOptions().TimeToLive + TimeSpan.FromMilliseconds(1));
        await _cloud.UnavailableAsync(Plain);
    }

    [Fact]
    public async Task Many_guests_that_ask_again_and_again_hardly_ask_a_failing_Neutron_and_have_it_back_at_once()
    {
        var networks = Enumerable.Range(0, 50).Select(_ => PortCloud.Id()).ToList();
        foreach (var network in networks) _cloud.Add(network, "10.9.9.7", $"guest of {network}");
        var answer = Fail(500);
        for (var round = 0; round < 20; round++)
        {
            await Task.WhenAll(networks.Select(network => _cloud.UnavailableAsync(PortCloud.OnNetwork(network, "10.9.9.7"))));
        }

        // As many as run at once may fail before that is known; no thousand.
        Assert.InRange(_cloud.Requests, 2, 2 * new NeutronDirectoryOptions().MaxRequests);
        for (var pause = 0; pause < 10; pause++)
        {
            var before = _cloud.Requests;
            _cloud.Time.Advance(LongestPause);
            for (var round = 0; round < 5; round++)
            {
                await Task.WhenAll(networks.Select(network => _cloud.UnavailableAsync(PortCloud.OnNetwork(network, "10.9.9.7"))));
            }

            Assert.InRange(_cloud.Requests - before, 1, 2);
        }

        _cloud.Neutron.Peer.Answer = answer;
        _cloud.Time.Advance(LongestPause);
        Assert.Equal($"guest of {networks[0]}", await _cloud.FindAsync(PortCloud.OnNetwork(networks[0], "10.9.9.7")));
        _cloud.Time.Advance(LongestPause);
        Assert.Equal(networks.Select(network => $"guest of {network}"), await Task.WhenAll(networks.Select(network => _cloud.FindAsync(PortCloud.OnNetwork(network, "10.9.9.7")))));
    }

    [Fact]
    public async Task A_network_that_Neutron_fails_on_is_no_harm_to_the_others()
    {
        var answer = _cloud.Neutron.Peer.Answer;
        var broken = PortCloud.Id();
        _cloud.Neutron.Peer.Answer = (context, body) => context.Request.Query["network_id"].Contains(broken) ? Task.FromException(new InvalidOperationException("broken by the test")) : answer(context, body);
        for (var i = 1; i <= 10; i++)
        {
            await _cloud.UnavailableAsync(PortCloud.OnNetwork(broken, "10.9.9.7"));
            var network = PortCloud.Id();
            _cloud.Add(network, "10.9.9.7", "guest");
            Assert.Equal("guest", await _cloud.FindAsync(PortCloud.OnNetwork(network, "10.9.9.7")));
        }
    }

    [Fact]
    public async Task Where_a_whole_network_cannot_be_had_its_guests_are_asked_for_one_by_one()
    {
        var answer = _cloud.Neutron.Peer.Answer;
        _cloud.Neutron.Peer.Answer = async (context, body) =>
        {
            if (!context.Request.Query.ContainsKey("fixed_ips")) await Task.Delay(Timeout.Infinite, context.RequestAborted);
            await answer(context, body);
        };

        // Its own clock, since this time-out is the one that counts.
        var directory = new NeutronPortDirectory(
            _cloud.Neutron.Client(), new NeutronDirectoryOptions { RequestTimeout = TimeSpan.FromMilliseconds(300) }, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<NeutronPortDirectory>.Instance);
        using (directory)
        {
            Assert.Equal(PlainGuest, await _cloud.FindAsync(Plain, directory));
            Assert.Equal(2, _cloud.Requests);
            Assert.NotEqual(PlainGuest, await _cloud.FindAsync(PortCloud.OnNetwork(PortCloud.PlainNetwork, "10.0.0.71"), directory));
            Assert.Equal(3, _cloud.Requests);
        }
    }

    [Fact]
    public async Task Who_asks_first_does_not_wait_for_a_long_list()
    {
        var answer = _cloud.Neutron.Peer.Answer;
        var sent = new TaskCompletionSource();
        _cloud.Neutron.Peer.Answer = async (context, body) =>
        {
            if (!context.Request.Query.ContainsKey("fixed_ips")) await sent.Task;
            await answer(context, body);
        };
        var directory = _cloud.Open(PortCloud.Patient with { PatienceForNetwork = TimeSpan.FromMilliseconds(50) });
        Assert.Equal(PlainGuest, await _cloud.FindAsync(Plain, directory));
        sent.SetResult();
        await Inventory.Tests.Support.Wait.UntilAsync(() => Task.FromResult(directory.PortsHeld > 10), "the list comes all the same");
        var before = _cloud.Requests;
        Assert.NotEqual(PlainGuest, await _cloud.FindAsync(PortCloud.OnNetwork(PortCloud.PlainNetwork, "10.0.0.71"), directory));
        Assert.Equal(before, _cloud.Requests);
    }

    [Fact]
    public async Task A_bounded_number_of_requests_runs_and_waits()
    {
        var directory = _cloud.Open(PortCloud.Patient with { MaxRequests = 2, MaxWaiting = 3 });
        var answer = _cloud.Neutron.Peer.Answer;
        var gate = new TaskCompletionSource();
        var (running, most) = (0, 0);
        _cloud.Neutron.Peer.Answer = async (context, body) =>
        {
            lock (gate) most = Math.Max(most, ++running);
            await gate.Task;
            lock (gate) running--;
            await answer(context, body);
        };
        var networks = Enumerable.Range(0, 8).Select(_ => PortCloud.Id()).ToList();
        foreach (var network in networks) _cloud.Add(network, "10.9.9.7", "guest");
        var asked = networks.Select(network => directory.FindAsync(PortCloud.OnNetwork(network, "10.9.9.7"), CancellationToken.None).AsTask()).ToList();

        await Inventory.Tests.Support.Wait.UntilAsync(() => Task.FromResult(asked.Count(task => task.IsFaulted) == 3 && _cloud.Requests == 2), "three are turned away");
        Assert.All(asked.Where(task => task.IsFaulted), task => Assert.Equal("3 requests wait for Neutron already", task.Exception!.InnerException!.Message));
        gate.SetResult();
        await Task.WhenAll(asked.Where(task => !task.IsFaulted));
        Assert.Equal(2, most);
    }

    [Fact]
    public async Task A_closed_directory_keeps_nobody_waiting()
    {
        _cloud.Neutron.Gate = new TaskCompletionSource();
        var waiting = _cloud.UnavailableAsync(Plain);
        await Inventory.Tests.Support.Wait.UntilAsync(() => Task.FromResult(_cloud.Requests == 1), "Neutron is asked");
        _cloud.Directory.Dispose();
        Assert.Contains("closed", (await waiting).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Keystone_that_is_down_is_named_without_secrets_and_asked_again_after_a_pause()
    {
        await using var keystone = await StubKeystone.StartAsync();
        keystone.Catalog = [Catalog()];
        var answer = keystone.Peer.Answer;
        keystone.Peer.Answer = (context, _) => Task.Run(() => context.Response.StatusCode = 500);
        using var session = new KeystoneSession(keystone.Account, _cloud.Time);
        var directory = _cloud.Open(session: session);
        var failure = await _cloud.UnavailableAsync(Plain, directory);
        Assert.Contains("Keystone at 127.0.0.1:", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(StubKeystone.Password, failure.ToString(), StringComparison.Ordinal);

        keystone.Peer.Answer = answer;
        _cloud.Time.Advance(LongestPause);
        keystone.Clock = _cloud.Time;
        Assert.Equal(PlainGuest, await _cloud.FindAsync(Plain, directory));
    }

    [Fact]
    public async Task A_token_that_is_refused_is_replaced_once_and_a_second_refusal_is_a_failure()
    {
        await using var keystone = await StubKeystone.StartAsync();
        keystone.Catalog = [Catalog()];
        keystone.Clock = _cloud.Time;
        using var session = new KeystoneSession(keystone.Account, _cloud.Time);
        var directory = _cloud.Open(session: session);
        _cloud.Neutron.Token = "token-2";
        Assert.Equal(PlainGuest, await _cloud.FindAsync(Plain, directory));
        Assert.Equal(2, keystone.Given);

        _cloud.Time.Advance(TimeSpan.FromHours(1));
        _cloud.Neutron.Token = "token-3";
        Assert.Equal(PlainGuest, await _cloud.FindAsync(Plain, directory));
        Assert.Equal(3, keystone.Given);

        _cloud.Time.Advance(TimeSpan.FromMinutes(1));
        _cloud.Neutron.Token = "none of them";
        var failure = await _cloud.UnavailableAsync(Plain, directory);
        Assert.DoesNotContain("token-", failure.ToString(), StringComparison.Ordinal);
        Assert.Contains("401", failure.Message, StringComparison.Ordinal);
    }

    private Func<HttpContext, string, Task> Fail(int status, string body = "")
    {
        var answer = _cloud.Neutron.Peer.Answer;
        _cloud.Neutron.Peer.Answer = (context, _) =>
        {
            context.Response.StatusCode = status;
            return context.Response.WriteAsync(body);
        };
        return answer;
    }

    private System.Text.Json.Nodes.JsonNode Catalog() => System.Text.Json.Nodes.JsonNode.Parse(
        $$"""{"type": "network", "endpoints": [{"interface": "internal", "region": "one", "url": "{{_cloud.Neutron.Peer.Address("/networking")}}"}]}""")!;
}
