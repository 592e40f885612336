using System.Text.Json.Nodes;
using Firstlight.Api.Tests.Support;
using Firstlight.Inventory.Neutron;
using Firstlight.Metadata.Identity;
using Firstlight.Metadata.Instances;
using Firstlight.Tests.Support;

namespace Firstlight.Api.Tests.Identify;

/// <summary>A load balancer that tells its own id and the guest's address.</summary>
public sealed class LoadBalancerTests : IAsyncLifetime
{
    private const string Provider = "edge-1";
    private const string Document = "/openstack/latest/meta_data.json";
    private const string PlainNetwork = "d6c53ac8-fff8-4ae6-8a36-a723a278dd47";
    private const string NoDataNetwork = "dd03b550-3424-463e-a240-e71b9487df87";
    private static readonly Instance Plain = RecordedInstances.All["plain"];
    private StubNeutron _neutron = null!;

    public async ValueTask InitializeAsync() => _neutron = await StubNeutron.StartAsync(RecordedInstances.NeutronFile);

    public ValueTask DisposeAsync() => _neutron.DisposeAsync();

    [Fact]
    public async Task The_port_with_the_address_on_its_networks_is_the_instance()
    {
        Serve(PlainNetwork);
        await using var api = await StartAsync();
        var answer = await AskAsync(api, "10.0.0.70, 192.0.2.1");
        Assert.Equal(200, answer.Status);
        Assert.Contains($"\"uuid\": \"{Plain.Id}\"", answer.Text, StringComparison.Ordinal);
        Assert.Equal(
            [
                $"/v2.0/subnets?advanced_service_providers={Provider}&fields=network_id",
                $"/v2.0/ports?fixed_ips=ip_address=10.0.0.70&network_id={PlainNetwork}&fields=device_id&fields=tenant_id",
            ],
            _neutron.Targets);
        Assert.Contains("fixed_ips=ip_address%3D10.0.0.70&", _neutron.Peer.Received.Last().Target, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_found_is_remembered_as_long_as_a_snapshot()
    {
        Serve(PlainNetwork);
        await using var api = await StartAsync();
        await AskAsync(api);
        api.Time.Advance(TimeSpan.FromSeconds(14));
        await AskAsync(api);
        Assert.Equal(2, _neutron.Peer.Received.Count);

        api.Time.Advance(TimeSpan.FromSeconds(1));
        await AskAsync(api);
        Assert.Equal(4, _neutron.Peer.Received.Count);
    }

    [Fact]
    public async Task A_provider_without_subnets_is_told_so()
    {
        await using var api = await StartAsync();
        await RefusedAsync(api, 400, $"Could not find any subnets for provider {Provider}");
        await using var without = await RunningApi.StartAsync(Source(), new ApiOptions());
        await RefusedAsync(without, 400, $"Could not find any subnets for provider {Provider}");
    }

    [Theory]
    [InlineData("10.0.0.70", 2)]
    [InlineData("192.0.2.9", 0)]
    public async Task An_address_of_no_or_several_ports_is_told_how_many(string address, int count)
    {
        Serve(PlainNetwork);
        Serve(NoDataNetwork);
        await using var api = await StartAsync();
        await RefusedAsync(api, 400, $"Expected a single port matching provider {Provider} and IP {address}. Found {count}.", address);

        // What was not found is not remembered.
        _neutron["ports"].RemoveAll(port => (string?)port!["network_id"] == NoDataNetwork);
        Assert.Equal(count == 2 ? 200 : 400, (await AskAsync(api, address)).Status);
    }

    [Fact]
    public async Task A_port_of_another_project_or_of_nothing_is_not_found()
    {
        Serve(PlainNetwork);
        var port = _neutron["ports"].Single(port => (string?)port!["name"] == "plain-0")!;
        await using var api = await StartAsync();
        port["tenant_id"] = "other";
        Assert.Equal(404, (await AskAsync(api)).Status);

        port["device_id"] = "";
        api.Time.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal(404, (await AskAsync(api)).Status);
    }

    [Fact]
    public async Task Its_own_signature_counts_and_no_other()
    {
        Serve(PlainNetwork);
        await using var api = await StartAsync();
        var good = new Signature(RunningApi.Secret).Sign(new InstanceId(Provider));
        Assert.Equal(200, (await SendAsync(api, ("X-Metadata-Provider-Signature", good), ("X-Forwarded-For", "10.0.0.70"))).Status);
        Assert.Equal(403, (await SendAsync(api, ("X-Metadata-Provider-Signature", good[1..]), ("X-Forwarded-For", "10.0.0.70"))).Status);
        Assert.Equal(403, (await SendAsync(api, ("X-Forwarded-For", "10.0.0.70"))).Status);
        Assert.Equal(400, (await SendAsync(api, ("X-Metadata-Provider-Signature", good))).Status);
    }

    [Fact]
    public async Task Without_a_secret_nothing_is_checked_under_strict_nova()
    {
        Serve(PlainNetwork);
        await using var strict = await StartAsync(strict: true, secret: "");
        Assert.Equal(200, (await SendAsync(strict, ("X-Forwarded-For", "10.0.0.70"))).Status);
        await using var api = await StartAsync(secret: "");
        Assert.Equal(403, (await SendAsync(api, ("X-Forwarded-For", "10.0.0.70"))).Status);
    }

    [Fact]
    public async Task A_failing_Neutron_is_a_400_under_strict_nova_and_else_trouble_that_passes()
    {
        Serve(PlainNetwork);
        await using var api = await StartAsync();
        await using var fresh = await StartAsync();
        await using var strict = await StartAsync(strict: true);
        await AskAsync(api);
        await _neutron.Peer.DisposeAsync();
        api.Time.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal(200, (await AskAsync(api)).Status);
        var unavailable = await AskAsync(fresh);
        Assert.Equal((503, "1"), (unavailable.Status, unavailable["Retry-After"]));
        await RefusedAsync(strict, 400, "An unknown error has occurred. Please try your request again.");
    }

    [Fact]
    public async Task A_local_address_of_its_guest_is_the_first_forwarded_one()
    {
        const string network = "69015242-f814-43cd-8e73-ba7ac0bd99ef";
        Serve(network);
        await using var api = await StartAsync();
        var answer = await AskAsync(api, "fd00:e::f816:3eff:fe00:12,198.51.100.7", "/latest/meta-data/local-ipv4");
        Assert.Equal((200, "fd00:e::f816:3eff:fe00:12"), (answer.Status, answer.Text));
    }

    private static async Task RefusedAsync(RunningApi api, int status, string explanation, string address = "10.0.0.70")
    {
        var answer = await AskAsync(api, address);
        Assert.Equal(status, answer.Status);
        Assert.Contains($"  {explanation}<br /><br />", answer.Text, StringComparison.Ordinal);
    }

    private static Task<RawResponse> AskAsync(RunningApi api, string forwardedFor = "10.0.0.70", string target = Document) => RawHttp.SendAsync(
        api.EndPoint,
        "GET",
        target,
        [
            ("X-Metadata-Provider", Provider), ("X-Metadata-Provider-Signature", api.Signature.Sign(new InstanceId(Provider))),
            ("X-Forwarded-For", forwardedFor), ("Accept", "*/*"),
        ]);

    private static Task<RawResponse> SendAsync(RunningApi api, params (string Name, string Value)[] headers) =>
        RawHttp.SendAsync(api.EndPoint, "GET", Document, [("X-Metadata-Provider", Provider), .. headers]);

    private static FixtureSource Source() => new(RecordedInstances.All.Values);

    private void Serve(string network)
    {
        foreach (var subnet in _neutron["subnets"].Where(subnet => (string?)subnet!["network_id"] == network))
            subnet!["advanced_service_providers"] = new JsonArray(Provider);
    }

    private Task<RunningApi> StartAsync(bool strict = false, string secret = RunningApi.Secret) => RunningApi.StartAsync(
        Source(), new ApiOptions { StrictNova = strict }, secret, addresses: new NeutronAddressDirectory(_neutron.Client()));
}
