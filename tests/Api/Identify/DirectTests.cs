using System.Text.Json.Nodes;
using Firstlight.Api.Tests.Support;
using Firstlight.Inventory.Neutron;
using Firstlight.Metadata.Identity;
using Firstlight.Metadata.Instances;
using Firstlight.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Firstlight.Api.Tests.Identify;

/// <summary>Guests that reach the API themselves and are known by their address alone.</summary>
public sealed class DirectTests : IAsyncLifetime
{
    private const string Document = "/openstack/latest/meta_data.json";
    private static readonly Instance Plain = RecordedInstances.All["plain"];
    private StubNeutron _neutron = null!;

    public async ValueTask InitializeAsync()
    {
        _neutron = await StubNeutron.StartAsync(RecordedInstances.NeutronFile);

        // The tests' own address, as a guest's.
        PlainPort["fixed_ips"]!.AsArray().Add(new JsonObject { ["subnet_id"] = "loopback", ["ip_address"] = "127.0.0.1" });
    }

    private JsonNode PlainPort => _neutron["ports"].Single(port => (string?)port!["name"] == "plain-0")!;

    public ValueTask DisposeAsync() => _neutron.DisposeAsync();

    [Fact]
    public async Task The_peer_is_the_guest_whatever_it_says_of_itself()
    {
        var log = new RecordedLog();
        await using var api = await StartAsync(log: log);
        var nodata = RecordedInstances.All["nodata"];
        var answer = await RawHttp.SendAsync(api.EndPoint, "GET", Document, [.. api.SignedHeaders(nodata), ("X-Metadata-Provider", "edge-1"), ("Forwarded", "for=10.0.0.71")]);
        Assert.Equal(200, answer.Status);
        Assert.Contains($"\"uuid\": \"{Plain.Id}\"", answer.Text, StringComparison.Ordinal);
        Assert.Equal(["/v2.0/ports?fixed_ips=ip_address=127.0.0.1"], _neutron.Targets);
        Assert.Contains(log.Warnings, line => line.Contains("is ignored", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Ports_of_nothing_do_not_count_but_those_of_routers_do()
    {
        await using var api = await StartAsync();
        var other = PlainPort.DeepClone();
        other["id"] = "ffffffff-0000-0000-0000-000000000000";
        other["device_id"] = "";
        _neutron["ports"].Add(other);
        Assert.Equal(200, (await AskAsync(api)).Status);

        other["device_id"] = "59242190-f73b-4396-b818-ed6d0c3aa9fe";
        api.Time.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal(500, (await AskAsync(api)).Status);

        _neutron["ports"].RemoveAll(port => port!["fixed_ips"]!.AsArray().Any(address => (string?)address!["ip_address"] == "127.0.0.1"));
        Assert.Equal(404, (await AskAsync(api)).Status);
    }

    [Fact]
    public async Task The_answer_is_remembered_by_address()
    {
        await using var api = await StartAsync();
        await AskAsync(api);
        await AskAsync(api);
        Assert.Single(_neutron.Peer.Received);
        api.Time.Advance(TimeSpan.FromSeconds(15));
        await AskAsync(api);
        Assert.Equal(2, _neutron.Peer.Received.Count);
    }

    [Theory]
    [InlineData("X-Forwarded-For", "10.0.0.71", 200)]
    [InlineData("X-Forwarded-For", "10.0.0.71, 10.0.0.72", 404)]
    [InlineData("X-Forwarded-For", "", 500)]
    [InlineData("X-Other", "", 200)]
    public async Task A_forwarded_address_counts_whole_where_the_operator_says_so(string header, string value, int status)
    {
        await using var api = await StartAsync(new ApiOptions { UseForwardedFor = true });
        Assert.Equal(status, (await AskAsync(api, (header, value))).Status);
    }

    [Theory]
    [InlineData("Forwarded", "for=10.0.0.71;proto=http, for=10.0.0.72", "10.0.0.71")]
    [InlineData("Forwarded", "proto=http; For = 10.0.0.71", "10.0.0.71")]
    [InlineData("Forwarded", "proto=http", "127.0.0.1")]
    [InlineData("X-Forwarded-For", "10.0.0.71", "10.0.0.71")]
    [InlineData("X-Forwarded-For", "", "127.0.0.1")]
    public async Task A_proxy_tells_the_address_where_its_headers_are_parsed(string header, string value, string asked)
    {
        await using var api = await StartAsync(new ApiOptions { EnableProxyHeadersParsing = true });
        await AskAsync(api, (header, value));
        Assert.Equal([$"/v2.0/ports?fixed_ips=ip_address={asked}"], _neutron.Targets);
    }

    [Fact]
    public async Task A_failing_Neutron_is_a_500_under_strict_nova_and_else_trouble_that_passes()
    {
        await using var api = await StartAsync();
        await using var fresh = await StartAsync();
        await using var strict = await StartAsync(new ApiOptions { StrictNova = true });
        await AskAsync(api);
        await AskAsync(strict);
        await _neutron.Peer.DisposeAsync();
        api.Time.Advance(TimeSpan.FromMinutes(9));
        strict.Time.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal(200, (await AskAsync(api)).Status);
        Assert.Equal(503, (await AskAsync(fresh)).Status);
        Assert.Equal(500, (await AskAsync(strict)).Status);
    }

    [Fact]
    public async Task A_password_is_posted_and_read_back()
    {
        await using var api = await StartAsync();
        Assert.Equal(200, (await RawHttp.SendAsync(api.EndPoint, "POST", "/openstack/latest/password", [], "secret"u8.ToArray())).Status);
        Assert.Equal("secret", (await RawHttp.SendAsync(api.EndPoint, "GET", "/openstack/latest/password", [])).Text);
    }

    [Fact]
    public void Without_Neutron_nobody_could_be_found() => Assert.Throws<ArgumentException>(() => new MetadataApi(
        new ApiOptions { ServiceMetadataProxy = false }, new Signature("s"), new FixtureSource([Plain]), TimeProvider.System, NullLogger<MetadataApi>.Instance));

    private static Task<RawResponse> AskAsync(RunningApi api, params (string Name, string Value)[] headers) =>
        RawHttp.SendAsync(api.EndPoint, "GET", Document, headers);

    private Task<RunningApi> StartAsync(ApiOptions? options = null, RecordedLog? log = null) => RunningApi.StartAsync(
        new FixtureSource(RecordedInstances.All.Values),
        (options ?? new ApiOptions()) with { ServiceMetadataProxy = false },
        addresses: new NeutronAddressDirectory(_neutron.Client()),
        logger: log);
}
