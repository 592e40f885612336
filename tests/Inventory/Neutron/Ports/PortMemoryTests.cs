using System.Net;
using Firstlight.Inventory.Neutron.Ports;
using Firstlight.Inventory.Tests.Support;

namespace Firstlight.Inventory.Tests.Neutron.Ports;

/// <summary>What is remembered, for how long, and what never.</summary>
public sealed class PortMemoryTests : IAsyncLifetime
{
    private static readonly TimeSpan TimeToLive = new NeutronDirectoryOptions().TimeToLive + TimeSpan.FromMilliseconds(1);
    private readonly string _network = PortCloud.Id();
    private PortCloud _cloud = null!;

    public async ValueTask InitializeAsync() => _cloud = await PortCloud.StartAsync();

    public ValueTask DisposeAsync() => _cloud.DisposeAsync();

    [Fact]
    public async Task A_thousand_guests_of_a_network_that_boot_at_once_cost_one_request_and_one_more_when_it_is_old()
    {
        for (var i = 0; i < 1000; i++) _cloud.Add(_network, $"10.9.{i / 250}.{i % 250 + 1}", $"guest-{i}");
        for (var round = 1; round <= 3; round++)
        {
            var told = await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => _cloud.FindAsync(At($"10.9.{i / 250}.{i % 250 + 1}"))));
            Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"guest-{i}"), told);
            Assert.Equal(round, _cloud.Requests);
            _cloud.Time.Advance(TimeToLive);
        }
    }

    [Fact]
    public async Task A_port_in_memory_is_found_at_once_and_without_allocating()
    {
        _cloud.Add(_network, "10.9.9.7", "guest");
        _cloud.Join(PortCloud.Router, _network);
        var queries = new[] { At("10.9.9.7"), PortCloud.OnRouter(PortCloud.Router, "10.9.9.7") };
        foreach (var query in queries) await _cloud.FindAsync(query);
        long allocated = 0;
        for (var i = 0; i < 2000; i++)
        {
            // The first rounds compile.
            if (i == 1000) allocated = GC.GetAllocatedBytesForCurrentThread();
            foreach (var query in queries)
            {
                if (!_cloud.IsInMemory(query)) Assert.Fail("not from memory");
            }
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 20_000);
    }

    [Fact]
    public async Task An_address_that_changed_hands_is_told_when_memory_is_old_or_at_once_to_who_asks_afresh()
    {
        var old = _cloud.Add(_network, "10.9.9.7", "old");
        _cloud.Add(_network, "10.9.9.8", "other");
        Assert.Equal("old", await _cloud.FindAsync(At("10.9.9.7")));

        _cloud.Remove(old);
        var next = _cloud.Add(_network, "10.9.9.7", "new");
        _cloud.Time.Advance(TimeToLive - TimeSpan.FromSeconds(5));
        Assert.Equal("old", await _cloud.FindAsync(At("10.9.9.7")));
        _cloud.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("new", await _cloud.FindAsync(At("10.9.9.7")));

        next["device_id"] = "newest";
        Assert.Equal("new", await _cloud.FindAsync(At("10.9.9.7")));
        Assert.Equal("newest", await _cloud.FindAfreshAsync(At("10.9.9.7")));
        Assert.Equal("newest", await _cloud.FindAsync(At("10.9.9.7")));
    }

    [Fact]
    public async Task A_port_that_went_is_nobody_from_the_moment_it_was_asked_for_afresh()
    {
        var port = _cloud.Add(_network, "10.9.9.7", "guest");
        Assert.Equal("guest", await _cloud.FindAsync(At("10.9.9.7")));
        _cloud.Remove(port);
        Assert.Equal("(Unknown)", await _cloud.FindAfreshAsync(At("10.9.9.7")));
        Assert.Equal("(Unknown)", await _cloud.FindAsync(At("10.9.9.7")));
    }

    [Fact]
    public async Task What_a_router_is_told_afresh_its_networks_own_memory_tells_too()
    {
        var port = _cloud.Add(_network, "10.9.9.7", "old");
        var router = PortCloud.Id();
        _cloud.Join(router, _network);
        Assert.Equal("old", await _cloud.FindAsync(At("10.9.9.7")));
        Assert.Equal("old", await _cloud.FindAsync(PortCloud.OnRouter(router, "10.9.9.7")));
        port["device_id"] = "new";
        Assert.Equal("new", await _cloud.FindAfreshAsync(PortCloud.OnRouter(router, "10.9.9.7")));
        Assert.Equal("new", await _cloud.FindAsync(At("10.9.9.7")));
        Assert.Equal("new", await _cloud.FindAsync(PortCloud.OnRouter(router, "10.9.9.7")));
    }

    [Fact]
    public async Task An_answer_on_its_way_when_somebody_asked_afresh_is_not_kept()
    {
        var port = _cloud.Add(_network, "10.9.9.7", "old");
        Assert.Equal("old", await _cloud.FindAsync(At("10.9.9.7")));
        _cloud.Time.Advance(TimeToLive);

        // Neutron has read the ports for the list, and the list is on its way for long.
        var (read, sent) = (new TaskCompletionSource(), new TaskCompletionSource());
        var answer = _cloud.Neutron.Peer.Answer;
        _cloud.Neutron.Peer.Answer = async (context, body) =>
        {
            if (context.Request.Query.ContainsKey("fixed_ips"))
            {
                await answer(context, body);
                return;
            }

            var port = _cloud.Neutron["ports"].Single(port => (string?)port!["device_id"] == "old")!.ToJsonString();
            read.SetResult();
            await sent.Task;
            await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, $"{{\"ports\": [{port}]}}");
        };
        var waiting = _cloud.FindAsync(At("10.9.9.7"));
        await read.Task;
        _cloud.Time.Advance(TimeSpan.FromSeconds(1));
        port["device_id"] = "new";
        Assert.Equal("new", await _cloud.FindAfreshAsync(At("10.9.9.7")));
        sent.SetResult();
        Assert.Equal("new", await waiting);
        Assert.Equal("new", await _cloud.FindAsync(At("10.9.9.7")));
    }

    [Fact]
    public async Task That_somebody_is_unknown_is_never_remembered()
    {
        _cloud.Add(_network, "10.9.9.6", "other");
        Assert.Equal("(Unknown)", await _cloud.FindAsync(At("10.9.9.7")));
        Assert.Equal(2, _cloud.Requests);
        Assert.Equal("(Unknown)", await _cloud.FindAsync(At("10.9.9.7")));
        Assert.Equal(3, _cloud.Requests);
        _cloud.Add(_network, "10.9.9.7", "guest");
        Assert.Equal("guest", await _cloud.FindAsync(At("10.9.9.7")));
        Assert.Equal("guest", await _cloud.FindAsync(At("10.9.9.7")));
        Assert.Equal(4, _cloud.Requests);
    }

    [Fact]
    public async Task That_a_router_has_no_networks_is_never_remembered()
    {
        var router = PortCloud.Id();
        _cloud.Add(_network, "10.9.9.7", "guest");
        Assert.Equal("(Unknown)", await _cloud.FindAsync(PortCloud.OnRouter(router, "10.9.9.7")));
        var port = _cloud.Join(router, _network);
        Assert.Equal("guest", await _cloud.FindAsync(PortCloud.OnRouter(router, "10.9.9.7")));

        _cloud.Remove(port);
        Assert.Equal("guest", await _cloud.FindAsync(PortCloud.OnRouter(router, "10.9.9.7")));
        Assert.Equal("(Unknown)", await _cloud.FindAfreshAsync(PortCloud.OnRouter(router, "10.9.9.7")));
        Assert.Equal("(Unknown)", await _cloud.FindAsync(PortCloud.OnRouter(router, "10.9.9.7")));
    }

    [Fact]
    public async Task A_network_taken_from_a_router_is_noticed_when_memory_is_old()
    {
        var (router, second) = (PortCloud.Id(), PortCloud.Id());
        var port = _cloud.Join(router, _network);
        _cloud.Join(router, second);
        _cloud.Add(_network, "10.9.9.7", "guest");
        Assert.Equal("guest", await _cloud.FindAsync(PortCloud.OnRouter(router, "10.9.9.7")));
        _cloud.Remove(port);
        _cloud.Time.Advance(TimeToLive);
        Assert.Equal("(Unknown)", await _cloud.FindAsync(PortCloud.OnRouter(router, "10.9.9.7")));
    }

    [Fact]
    public async Task A_large_network_is_asked_for_each_guest_and_many_at_once_are_asked_for_together()
    {
        var directory = _cloud.Open(PortCloud.Patient with { LargestNetwork = 50 });
        for (var i = 1; i <= 200; i++) _cloud.Add(_network, $"10.9.9.{i}", $"guest-{i}");
        var told = await Task.WhenAll(Enumerable.Range(1, 200).Select(i => _cloud.FindAsync(At($"10.9.9.{i}"), directory)));
        Assert.Equal(Enumerable.Range(1, 200).Select(i => $"guest-{i}"), told);
        Assert.InRange(_cloud.Requests, 1 + 200 / 32, 1 + 200 / 32 + 3);
        Assert.Contains("&limit=51", _cloud.Neutron.Targets.First(), StringComparison.Ordinal);

        var before = _cloud.Requests;
        Assert.Equal("guest-7", await _cloud.FindAsync(At("10.9.9.7"), directory));
        Assert.Equal(before, _cloud.Requests);
        _cloud.Time.Advance(TimeToLive);
        Assert.Equal("guest-7", await _cloud.FindAsync(At("10.9.9.7"), directory));
        Assert.Equal(before + 1, _cloud.Requests);
    }

    [Fact]
    public async Task Addresses_and_MACs_asked_for_at_once_are_told_apart()
    {
        var directory = _cloud.Open(PortCloud.Patient with { LargestNetwork = 0 });
        for (var i = 1; i <= 40; i++) _cloud.Add(_network, $"10.9.9.{i}", $"guest-{i}", mac: $"fa:16:3e:00:09:{i:x2}");
        var byAddress = Enumerable.Range(1, 60).Select(i => _cloud.FindAsync(At($"10.9.9.{i}"), directory));
        var byMac = Enumerable.Range(1, 60).Select(i => _cloud.FindAsync(PortCloud.OnNetworkByMac(_network, $"fa:16:3e:00:09:{i:x2}"), directory));
        var expected = Enumerable.Range(1, 60).Select(i => i <= 40 ? $"guest-{i}" : "(Unknown)").ToList();
        var told = await Task.WhenAll(byAddress.Concat(byMac));
        Assert.Equal([.. expected, .. expected], told);
        Assert.All(_cloud.Neutron.Targets, target => Assert.Contains($"network_id={_network}", target, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_gives_up_does_not_take_the_answer_from_the_others()
    {
        _cloud.Add(_network, "10.9.9.7", "guest");
        _cloud.Neutron.Gate = new TaskCompletionSource();
        using var patience = new CancellationTokenSource();
        var impatient = _cloud.Directory.FindAsync(At("10.9.9.7"), patience.Token).AsTask();
        var patient = _cloud.FindAsync(At("10.9.9.7"));
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        _cloud.Neutron.Gate.SetResult();
        Assert.Equal("guest", await patient);
        Assert.Equal(1, _cloud.Requests);
    }

    [Fact]
    public async Task A_busy_network_is_fetched_again_before_it_is_old_and_nobody_waits()
    {
        _cloud.Add(_network, "10.9.9.7", "guest");
        await _cloud.FindAsync(At("10.9.9.7"));
        for (var i = 2; i <= 5; i++)
        {
            _cloud.Time.Advance(TimeToLive * 0.85);
            for (var guest = 0; guest < 10; guest++) Assert.True(_cloud.IsInMemory(At("10.9.9.7")));
            await Wait.UntilAsync(() => Task.FromResult(_cloud.Requests == i && !_cloud.Directory.IsAsking), "the network is fetched again");
        }
    }

    [Fact]
    public async Task Memory_is_bounded_in_ports_and_in_networks()
    {
        var directory = _cloud.Open(PortCloud.Patient with { MaxPorts = 100, MaxScopes = 20 });
        var networks = Enumerable.Range(0, 60).Select(_ => PortCloud.Id()).ToList();
        foreach (var network in networks)
        {
            for (var i = 1; i <= 10; i++) _cloud.Add(network, $"10.9.9.{i}", $"guest-{i} of {network}");
            _cloud.Time.Advance(TimeSpan.FromMilliseconds(10));
            Assert.Equal($"guest-7 of {network}", await _cloud.FindAsync(At(network, "10.9.9.7"), directory));
            Assert.InRange(directory.PortsHeld, 10, 100);
            Assert.InRange(directory.ScopesHeld, 1, 20);
        }

        // The last one is there still, the first has gone.
        var before = _cloud.Requests;
        Assert.Equal($"guest-8 of {networks[^1]}", await _cloud.FindAsync(At(networks[^1], "10.9.9.8"), directory));
        Assert.Equal(before, _cloud.Requests);
        Assert.Equal($"guest-8 of {networks[0]}", await _cloud.FindAsync(At(networks[0], "10.9.9.8"), directory));
        Assert.Equal(before + 1, _cloud.Requests);
    }

    [Fact]
    public async Task Nobodys_questions_take_no_memory_and_what_is_old_goes()
    {
        var directory = _cloud.Open();
        _cloud.Add(_network, "10.9.9.7", "guest");
        await _cloud.FindAsync(At("10.9.9.7"), directory);
        for (var i = 10; i < 60; i++) await _cloud.FindAsync(At($"10.9.9.{i}"), directory);
        Assert.Equal(1, directory.PortsHeld);

        _cloud.Time.Advance(TimeToLive * 3);
        await _cloud.FindAsync(At(PortCloud.PlainNetwork, "10.0.0.70"), directory);
        Assert.Equal(1, directory.ScopesHeld);
    }

    [Fact]
    public async Task Without_a_time_to_live_everything_is_asked_for()
    {
        var directory = _cloud.Open(PortCloud.Patient with { TimeToLive = TimeSpan.Zero });
        var router = PortCloud.Id();
        _cloud.Join(router, _network);
        var port = _cloud.Add(_network, "10.9.9.7", "old");
        Assert.Equal("old", await _cloud.FindAsync(PortCloud.OnRouter(router, "10.9.9.7"), directory));
        port["device_id"] = "new";
        Assert.Equal("new", await _cloud.FindAsync(PortCloud.OnRouter(router, "10.9.9.7"), directory));
        Assert.Equal("new", await _cloud.FindAsync(At("10.9.9.7"), directory));
        Assert.Equal(0, directory.PortsHeld);
    }

    private PortQuery At(string address) => At(_network, address);

    private static PortQuery At(string network, string address) => new(new Scope(ScopeKind.Network, network), IPAddress.Parse(address), Mac: null);
}
