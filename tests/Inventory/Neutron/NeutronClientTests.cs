using System.Text.Json.Nodes;
using Firstlight.Api.Tests.Support;
using Firstlight.Inventory.Neutron;
using Firstlight.Inventory.Neutron.Keystone;
using Microsoft.AspNetCore.Http;

namespace Firstlight.Inventory.Tests.Neutron;

public sealed class NeutronClientTests : IAsyncLifetime
{
    private const string PlainNetwork = "d6c53ac8-fff8-4ae6-8a36-a723a278dd47";
    private static readonly string[] RouterInterfaces = ["network:router_interface", "network:ha_router_replicated_interface", "network:router_interface_distributed"];
    private StubNeutron _neutron = null!;

    public async ValueTask InitializeAsync() => _neutron = await StubNeutron.StartAsync(Path.Combine(AppContext.BaseDirectory, "neutron-api.json"));

    public ValueTask DisposeAsync() => _neutron.DisposeAsync();

    [Fact]
    public async Task A_port_is_read_with_all_that_a_directory_needs()
    {
        var port = Assert.Single(await Ports(NeutronQuery.All.Where("network_id", PlainNetwork).Where("fixed_ips", "ip_address=10.0.0.70")));
        Assert.Equal(
            ("411089c8-4fac-4b34-b7f6-bb63c642c04e", "e43099e8-148b-52fe-87c3-280fa99d9a7f", "compute:nova", "fa:16:3e:00:00:01", "ca17d50f6ac049928cc2fb2217dab93b"),
            (port.Id, port.DeviceId, port.DeviceOwner, port.MacAddress, port.ProjectId));
        Assert.Equal([new NeutronFixedIp("47d30b74-5e2b-4e08-921f-4e75a6a11321", "10.0.0.70")], port.FixedIps!.Value);
        Assert.Equal("f06e9ed8-1b60-4dd8-a4d1-eb1df48b1632", Assert.Single(port.SecurityGroups!.Value));
    }

    [Fact]
    public async Task Members_not_asked_for_are_null()
    {
        var port = Assert.Single(await Ports(NeutronQuery.All.Where("name", "plain-0").Select("device_id")));
        Assert.Equal((null, null, "e43099e8-148b-52fe-87c3-280fa99d9a7f"), (port.Id, port.NetworkId, port.DeviceId));
        Assert.Null(port.FixedIps);
    }

    [Fact]
    public async Task Values_of_one_attribute_are_alternatives_and_attributes_must_all_match()
    {
        var query = RouterInterfaces.Aggregate(NeutronQuery.All.Where("device_id", "59242190-f73b-4396-b818-ed6d0c3aa9fe"), (query, owner) => query.Where("device_owner", owner));
        Assert.Equal(2, (await Ports(query.Select("network_id"))).Count);
        Assert.Equal(
            "/v2.0/ports?device_id=59242190-f73b-4396-b818-ed6d0c3aa9fe&device_owner=network%3Arouter_interface"
            + "&device_owner=network%3Aha_router_replicated_interface&device_owner=network%3Arouter_interface_distributed&fields=network_id",
            _neutron.Peer.Received.Single().Target);
    }

    [Fact]
    public async Task A_list_in_pages_is_read_to_its_end_and_from_one_address()
    {
        _neutron.PageSize = 5;
        var ports = await Ports(NeutronQuery.All.Select("id"));
        Assert.Equal(_neutron["ports"].Select(port => (string)port!["id"]!).Order(StringComparer.Ordinal), ports.Select(port => port.Id));
        Assert.Equal(7, _neutron.Peer.Received.Count);
    }

    [Fact]
    public async Task A_long_filter_is_asked_in_parts_that_fit_a_request_line()
    {
        var ids = Enumerable.Range(0, 400).Select(_ => Guid.NewGuid().ToString()).Append(PlainNetwork).ToList();
        var found = await Ports(NeutronQuery.All.Where("fixed_ips", "ip_address=10.0.0.70").WhereAny("network_id", [.. ids, .. ids], perRequest: 160).Select("device_id"));
        Assert.Single(found);
        Assert.Equal([160, 160, 81], _neutron.Targets.Select(target => target.Split("network_id=").Length - 1));
        Assert.All(_neutron.Peer.Received, received => Assert.InRange(received.Target.Length, 0, 8000));

        _neutron.Peer.Received.Clear();
        await Ports(NeutronQuery.All.WhereAny("a_much_longer_attribute_name", ids, perRequest: 1000));
        Assert.All(_neutron.Peer.Received, received => Assert.InRange(received.Target.Length, 0, 8000));
        Assert.Equal(401, _neutron.Targets.Sum(target => target.Split("a_much_longer_attribute_name=").Length - 1));
    }

    [Fact]
    public async Task No_alternatives_find_nothing_and_never_everything()
    {
        Assert.Empty(await Ports(NeutronQuery.All.WhereAny("network_id", [])));
        Assert.Empty(_neutron.Peer.Received);
    }

    [Fact]
    public async Task Values_are_escaped()
    {
        await Ports(NeutronQuery.All.Where("name", "a&b=c d#é+"));
        Assert.Equal("/v2.0/ports?name=a%26b%3Dc%20d%23%C3%A9%2B", _neutron.Peer.Received.Single().Target);
    }

    [Fact]
    public async Task A_busy_server_is_asked_again_and_a_refusing_one_is_not()
    {
        _neutron.Failures.Enqueue(503);
        Assert.NotEmpty(await Ports(NeutronQuery.All, new NeutronOptions { Retries = 1 }));
        Assert.Equal(2, _neutron.Peer.Received.Count);

        _neutron.Failures.Enqueue(503);
        await Assert.ThrowsAsync<InventoryUnavailableException>(() => Ports(NeutronQuery.All, new NeutronOptions { Retries = 0 }));
        Assert.Equal(3, _neutron.Peer.Received.Count);

        _neutron.Failures.Enqueue(403);
        var refused = await Assert.ThrowsAsync<InventoryUnavailableException>(() => Ports(NeutronQuery.All, new NeutronOptions { Retries = 3 }));
        Assert.Equal("Neutron answers 403 to /ports", refused.Message);
        Assert.Equal(4, _neutron.Peer.Received.Count);
    }

    [Fact]
    public async Task A_broken_connection_is_tried_again_as_often_as_configured()
    {
        var answer = _neutron.Peer.Answer;
        _neutron.Peer.Answer = (context, body) =>
        {
            if (_neutron.Peer.Received.Count > 1) return answer(context, body);
            context.Abort();
            return Task.CompletedTask;
        };
        Assert.NotEmpty(await Ports(NeutronQuery.All, new NeutronOptions { Retries = 1 }));
        Assert.Equal(2, _neutron.Peer.Received.Count);

        await _neutron.Peer.DisposeAsync();
        var failure = await Assert.ThrowsAsync<InventoryUnavailableException>(() => Ports(NeutronQuery.All, new NeutronOptions { Retries = 1 }));
        Assert.StartsWith("Neutron, asked for /ports: ", failure.Message, StringComparison.Ordinal);
        Assert.IsType<HttpRequestException>(failure.InnerException);
    }

    [Fact]
    public async Task A_silent_server_is_given_up()
    {
        _neutron.Gate = new TaskCompletionSource();
        var failure = await Assert.ThrowsAsync<InventoryUnavailableException>(() => Ports(NeutronQuery.All, new NeutronOptions { Timeout = TimeSpan.FromMilliseconds(200) }));
        Assert.Equal("Neutron does not answer /ports within 0.2 s", failure.Message);

        using var gone = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _neutron.Client().PortsAsync(NeutronQuery.All, gone.Token));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"ports\": ")]
    [InlineData("{\"networks\": []}")]
    [InlineData("null")]
    [InlineData("{\"ports\": {}}")]
    public async Task An_answer_that_is_no_list_is_a_failure(string answer)
    {
        _neutron.Peer.Answer = (context, _) => context.Response.WriteAsync(answer);
        await Assert.ThrowsAsync<InventoryUnavailableException>(() => Ports(NeutronQuery.All));
    }

    [Fact]
    public async Task A_redirect_is_not_followed_with_the_token()
    {
        await using var elsewhere = await HttpPeer.StartAsync((_, _) => Task.CompletedTask);
        _neutron.Peer.Answer = (context, _) =>
        {
            context.Response.Redirect(elsewhere.Address("/v2.0/ports").ToString());
            return Task.CompletedTask;
        };
        await Assert.ThrowsAsync<InventoryUnavailableException>(() => Ports(NeutronQuery.All));
        Assert.Empty(elsewhere.Received);
    }

    [Fact]
    public async Task The_catalog_tells_the_address_by_interface_and_region_and_401_renews_the_token()
    {
        await using var keystone = await StubKeystone.StartAsync();
        keystone.Catalog =
        [
            Service("compute", Endpoint("internal", "one", "http://127.0.0.1:1/")),
            Service("network", Endpoint("public", "one", "http://127.0.0.1:1/"), Endpoint("internal", "two", "http://127.0.0.1:1/"), Endpoint("internal", "one", $"{_neutron.Peer.Address("/networking/v2.0/")}")),
        ];
        using var session = new KeystoneSession(keystone.Account, TimeProvider.System);
        var client = _neutron.Client(new NeutronOptions { Region = "one", Retries = 0 }, session);
        _neutron.Token = "token-1";
        Assert.NotEmpty(await client.PortsAsync(NeutronQuery.All, CancellationToken.None));
        Assert.Equal("/networking/v2.0/ports", _neutron.Peer.Received.Single().Target);

        _neutron.Token = "token-2";
        Assert.NotEmpty(await client.PortsAsync(NeutronQuery.All, CancellationToken.None));
        Assert.Equal(2, keystone.Given);

        _neutron.Token = "none of them";
        var refused = await Assert.ThrowsAsync<InventoryUnavailableException>(() => client.PortsAsync(NeutronQuery.All, CancellationToken.None));
        Assert.Equal("Neutron answers 401 to /ports", refused.Message);
        Assert.Equal(3, keystone.Given);

        var nowhere = _neutron.Client(new NeutronOptions { Region = "three" }, session);
        var missing = await Assert.ThrowsAsync<InventoryUnavailableException>(() => nowhere.PortsAsync(NeutronQuery.All, CancellationToken.None));
        Assert.Contains("no network service (internal, public in three);", missing.Message, StringComparison.Ordinal);
    }

    private static JsonObject Service(string type, params JsonNode[] endpoints) => new() { ["type"] = type, ["name"] = type, ["endpoints"] = new JsonArray(endpoints) };

    private static JsonObject Endpoint(string side, string region, string url) => new() { ["interface"] = side, ["region"] = region, ["region_id"] = region, ["url"] = url };

    private Task<IReadOnlyList<NeutronPort>> Ports(NeutronQuery query, NeutronOptions? options = null) => _neutron.Client(options).PortsAsync(query, CancellationToken.None);
}
