using Firstlight.Api.Tests.Support;
using Firstlight.Inventory.Neutron;
using Firstlight.Metadata.Instances;

namespace Firstlight.Api.Tests;

/// <summary>Security groups that the store does not bring: Neutron is asked when a guest asks, and only then.</summary>
public sealed class SecurityGroupTests : IAsyncLifetime
{
    private const string Item = "/latest/meta-data/security-groups";
    private static readonly string[] Others =
        ["/openstack", "/openstack/latest/meta_data.json", "/openstack/latest/vendor_data2.json", "/latest/meta-data", "/latest/meta-data/hostname"];

    private static readonly Instance MultiNic = RecordedInstances.All["multinic"];
    private StubNeutron _neutron = null!;

    public async ValueTask InitializeAsync() => _neutron = await StubNeutron.StartAsync(RecordedInstances.NeutronFile);

    public ValueTask DisposeAsync() => _neutron.DisposeAsync();

    [Fact]
    public async Task Neutron_is_asked_for_the_item_alone_and_as_Nova_asks()
    {
        await using var api = await StartAsync();
        foreach (var path in Others) Assert.Equal(200, (await api.SendAsync(MultiNic, path)).Status);
        Assert.Contains("security-groups", (await api.SendAsync(MultiNic, "/latest/meta-data")).Text.Split('\n'));
        Assert.Equal(404, (await api.SendAsync(MultiNic, Item + "/web")).Status);
        Assert.Empty(_neutron.Peer.Received);

        var answer = await api.SendAsync(MultiNic, Item);
        Assert.Equal((200, "text/plain; charset=UTF-8", "default\ndefault\nweb\nweb\ndb-ünï"), (answer.Status, answer["Content-Type"], answer.Text));
        Assert.Equal(
            [
                "/v2.0/ports?device_id=1053211a-809b-5f62-a497-cc28e7fe6260&fields=security_groups&fields=device_id",
                "/v2.0/security-groups?id=29727e47-9018-4730-9baf-532910f1d27a&id=e47c2af6-a190-4ba9-9fe0-10232f41d45e&id=f06e9ed8-1b60-4dd8-a4d1-eb1df48b1632&fields=id&fields=name",
            ],
            _neutron.Targets);
    }

    [Fact]
    public async Task An_instance_without_groups_costs_one_question_and_a_nameless_group_shows_its_id()
    {
        await using var api = await StartAsync();
        var none = await api.SendAsync(RecordedInstances.All["nosecgroup"], Item);
        Assert.Equal((200, "", 1), (none.Status, none.Text, _neutron.Peer.Received.Count));

        _neutron["security_groups"].Single(group => (string?)group!["name"] == "web")!["name"] = "";
        Assert.StartsWith("29727e47-9018-4730-9baf-532910f1d27a\n", (await api.SendAsync(RecordedInstances.All["x509-multi"], Item)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_are_kept_as_long_as_a_snapshot()
    {
        await using var api = await StartAsync();
        await api.SendAsync(MultiNic, Item);
        var asked = _neutron.Peer.Received.Count;
        api.Time.Advance(TimeSpan.FromSeconds(14));
        await api.SendAsync(MultiNic, Item);
        Assert.Equal(asked, _neutron.Peer.Received.Count);

        foreach (var group in _neutron["security_groups"]) group!["name"] = "renamed";
        api.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.StartsWith("renamed\n", (await api.SendAsync(MultiNic, Item)).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(500)]
    [InlineData(0)]
    public async Task A_failing_Neutron_fails_the_item_alone(int status)
    {
        await using var api = await StartAsync();
        await FailAsync(status);
        var answer = await api.SendAsync(MultiNic, Item);
        Assert.Equal((503, "1"), (answer.Status, answer["Retry-After"]));
        foreach (var path in Others) Assert.Equal(200, (await api.SendAsync(MultiNic, path)).Status);
    }

    [Theory]
    [InlineData(403)]
    [InlineData(0)]
    public async Task A_failing_Neutron_fails_everything_under_strict_nova(int status)
    {
        await using var api = await StartAsync(strict: true);
        foreach (var path in Others)
        {
            if (!_neutron.Peer.Received.IsEmpty || path == Others[0]) await FailAsync(status);
            Assert.Equal(500, (await api.SendAsync(MultiNic, path)).Status);
        }
    }

    [Fact]
    public async Task The_last_good_names_serve_while_Neutron_is_down_but_not_for_ever()
    {
        await using var api = await StartAsync();
        var good = (await api.SendAsync(MultiNic, Item)).Text;
        await FailAsync(0);
        api.Time.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal(good, (await api.SendAsync(MultiNic, Item)).Text);
        api.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(503, (await api.SendAsync(MultiNic, Item)).Status);
    }

    [Fact]
    public async Task A_silent_Neutron_is_waited_for_a_while_and_asked_once_for_all()
    {
        _neutron.Gate = new TaskCompletionSource();
        await using var api = await StartAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => api.SendAsync(MultiNic, Item)));
        Assert.All(answers, answer => Assert.Equal((503, "1"), (answer.Status, answer["Retry-After"])));
        Assert.Single(_neutron.Peer.Received);

        // The question goes on: when Neutron wakes, its answer serves the next guest.
        _neutron.Gate.SetResult();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((await api.SendAsync(MultiNic, Item)).Status != 200) await Task.Delay(10, deadline.Token);
        Assert.Equal(2, _neutron.Peer.Received.Count);
    }

    [Fact]
    public async Task A_store_that_brings_its_groups_needs_no_Neutron()
    {
        await using var api = await RunningApi.StartAsync(new FixtureSource([MultiNic]), new ApiOptions());
        Assert.Equal("default\ndefault\nweb\nweb\ndb-ünï", (await api.SendAsync(MultiNic, Item)).Text);
    }

    private async Task FailAsync(int status)
    {
        if (status == 0) await _neutron.Peer.DisposeAsync();
        else _neutron.Failures.Enqueue(status);
    }

    private Task<RunningApi> StartAsync(bool strict = false) => RunningApi.StartAsync(
        new FixtureSource(RecordedInstances.All.Values.Select(instance => instance with { SecurityGroups = [] })),
        new ApiOptions { StrictNova = strict },
        groups: new NeutronSecurityGroups(_neutron.Client()));
}
