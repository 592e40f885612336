using System.Diagnostics;
using Firstlight.Api.Identify;
using Firstlight.Api.Snapshots;
using Firstlight.Api.Tests.Support;
using Firstlight.Inventory;
using Firstlight.Metadata.Identity;
using Firstlight.Metadata.Instances;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Firstlight.Api.Tests;

public sealed class SnapshotCacheTests
{
    private const string Name = "/openstack/latest/meta_data.json";
    private static readonly Instance Plain = RecordedInstances.All["plain"];
    private readonly ManualTime _time = new();
    private readonly Signature _signature = new("s");

    [Fact]
    public async Task Requests_that_come_together_gather_the_facts_once()
    {
        var source = new FixtureSource([Plain]) { Gate = new TaskCompletionSource() };
        using var api = Api(source);
        var requests = Enumerable.Range(0, 50).Select(_ => GetAsync(api, Plain, Name)).ToList();
        Assert.DoesNotContain(requests, request => request.IsCompleted);
        source.Gate.SetResult();
        Assert.All(await Task.WhenAll(requests), answer => Assert.Equal(200, answer.Status));
        Assert.Equal(1, source.Finds);
    }

    [Fact]
    public async Task A_snapshot_lives_for_the_expiration_from_its_build()
    {
        var source = new FixtureSource([Plain]);
        using var api = Api(source);
        await GetAsync(api, Plain, Name);
        source.Put(Plain with { Name = "renamed" });
        _time.Advance(TimeSpan.FromSeconds(14.9));
        Assert.DoesNotContain("renamed", await TextAsync(api), StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Contains("renamed", await TextAsync(api), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_tells_changes_is_believed_at_once_and_for_long()
    {
        var source = new FixtureSource([Plain], tellsChanges: true);
        using var api = Api(source);
        await GetAsync(api, Plain, Name);
        _time.Advance(TimeSpan.FromDays(1));
        await GetAsync(api, Plain, Name);
        Assert.Equal(1, source.Finds);

        source.Put(Plain with { Name = "renamed" });
        Assert.Contains("renamed", await TextAsync(api), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_that_touched_others_leaves_a_snapshot_as_it_is_and_one_that_touched_its_instance_does_not()
    {
        var other = Plain with { Id = new InstanceId("other") };
        var source = new FixtureSource([Plain, other], tellsChanges: true);
        using var api = Api(source);
        await GetAsync(api, Plain, Name);
        for (var i = 0; i < 10; i++)
        {
            source.ToldChanges!.Grow(other.Id);
            Assert.True(GetAsync(api, Plain, Name).IsCompletedSuccessfully);
        }

        Assert.Equal(1, source.Finds);
        source.ToldChanges!.Grow(other.Id, Plain.Id);
        await GetAsync(api, Plain, Name);
        Assert.Equal(2, source.Finds);
        source.ToldChanges!.Grow();
        await GetAsync(api, Plain, Name);
        Assert.Equal(3, source.Finds);
    }

    [Fact]
    public async Task A_vendor_data_file_that_changed_is_told_though_no_change_of_the_store_is()
    {
        var file = Path.Combine(Path.GetTempPath(), $"vendor-{Guid.NewGuid():n}.json");
        await File.WriteAllTextAsync(file, "{\"a\": 1}");
        try
        {
            var source = new FixtureSource([Plain], tellsChanges: true);
            using var api = Api(source, new ApiOptions { VendorDataFile = file });
            Assert.Equal("{\"a\": 1}", await TextAsync(api, "/openstack/latest/vendor_data.json"));
            await File.WriteAllTextAsync(file, "{\"a\": 2}");
            _time.Advance(TimeSpan.FromSeconds(14));
            Assert.Equal("{\"a\": 1}", await TextAsync(api, "/openstack/latest/vendor_data.json"));

            // The first request after that has it looked at, and does not wait.
            _time.Advance(TimeSpan.FromSeconds(1));
            for (var clock = Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromSeconds(20) && source.Finds == 1;)
            {
                await TextAsync(api);
                await Task.Delay(5, TestContext.Current.CancellationToken);
            }

            Assert.Equal("{\"a\": 2}", await TextAsync(api, "/openstack/latest/vendor_data.json"));
            Assert.Equal(2, source.Finds);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_build_that_began_before_a_change_does_not_answer_requests_after_it()
    {
        var source = new FixtureSource([Plain], tellsChanges: true) { Gate = new TaskCompletionSource() };
        using var api = Api(source);
        var before = GetAsync(api, Plain, Name);
        source.ToldChanges!.Grow();
        var after = GetAsync(api, Plain, Name);
        Assert.Equal(2, source.Finds);
        source.Gate.SetResult();
        await Task.WhenAll(before, after);
    }

    [Fact]
    public async Task An_instance_that_came_is_built_before_its_guest_asks()
    {
        var came = Plain with { Id = new InstanceId("came") };
        var source = new FixtureSource([Plain, came], tellsChanges: true);
        using var api = Api(source);
        using var stop = new CancellationTokenSource();
        var ahead = api.BuildAheadAsync(stop.Token);

        source.ToldChanges!.Grow(came.Id, new InstanceId("nobody"));
        // One at a time and in order: when the second is looked for, the first is built.
        await FindsAsync(source, 2);
        Assert.True(GetAsync(api, came, Name).IsCompletedSuccessfully);
        await stop.CancelAsync();
        await ahead;
        Assert.Equal(2, source.Finds);
    }

    [Fact]
    public async Task A_guest_without_IPv4_who_asks_while_its_snapshot_is_built_ahead_is_told_the_address_it_asks_from()
    {
        var came = Plain with { Id = new InstanceId("came"), NetworkInfo = [] };
        var source = new FixtureSource([came], tellsChanges: true) { Gate = new TaskCompletionSource() };
        using var api = Api(source);
        using var stop = new CancellationTokenSource();
        var ahead = api.BuildAheadAsync(stop.Token);
        source.ToldChanges!.Grow(came.Id);
        await FindsAsync(source, 1);

        var request = Request(came, "/latest/meta-data/local-ipv4") with { ForwardedFor = "10.0.0.250" };
        var during = api.AnswerAsync(request, CancellationToken.None).AsTask();
        source.Gate.SetResult();
        Assert.Equal("10.0.0.250", Text(await during));
        await stop.CancelAsync();
        await ahead;
        Assert.Equal("10.0.0.250", Text(await api.AnswerAsync(request, CancellationToken.None)));
    }

    [Fact]
    public async Task A_thousand_instances_that_come_at_once_are_built_one_at_a_time_and_a_guest_does_not_queue_behind_them()
    {
        var many = Enumerable.Range(0, 1000).Select(i => Plain with { Id = new InstanceId($"instance-{i}") }).ToList();
        var source = new FixtureSource([Plain, .. many], tellsChanges: true) { Gate = new TaskCompletionSource() };
        using var api = Api(source);
        using var stop = new CancellationTokenSource();
        var ahead = api.BuildAheadAsync(stop.Token);
        source.ToldChanges!.Grow([.. many.Select(i => i.Id)]);
        await FindsAsync(source, 1);

        var guest = GetAsync(api, Plain, Name);
        Assert.Equal(2, source.Finds);
        source.Gate.SetResult();
        Assert.Equal(200, (await guest).Status);
        await stop.CancelAsync();
        await ahead;
    }

    [Fact]
    public async Task A_change_of_too_many_to_name_builds_nothing_ahead_and_of_many_that_are_named_a_thousand_wait_at_the_most()
    {
        const int mostWaiting = 1024;
        var source = new FixtureSource([Plain], tellsChanges: true) { Gate = new TaskCompletionSource() };
        using var api = Api(source);
        using var stop = new CancellationTokenSource();
        var ahead = api.BuildAheadAsync(stop.Token);

        // In order: had the first built anything, it would be looked for before the second is.
        source.ToldChanges!.Grow();
        source.ToldChanges!.Grow(Plain.Id);
        await FindsAsync(source, 1);
        source.ToldChanges!.Grow([.. Enumerable.Range(0, 5000).Select(i => new InstanceId($"instance-{i}"))]);
        source.Gate.SetResult();
        await FindsAsync(source, 1 + mostWaiting);
        source.ToldChanges!.Grow(new InstanceId("last"));
        await FindsAsync(source, 1 + mostWaiting + 1);
        await stop.CancelAsync();
        await ahead;
    }

    [Fact]
    public async Task An_instance_that_a_build_ahead_finds_gone_is_dropped_at_once_but_not_if_it_came_back_and_its_guest_asked_meanwhile()
    {
        var changes = new FixtureSource.TestChanges();
        var search = new TaskCompletionSource<Instance?>();
        var source = new ScriptedSource(changes, Task.FromResult<Instance?>(Plain), Task.FromResult<Instance?>(null), search.Task, Task.FromResult<Instance?>(Plain));
        var options = new ApiOptions();
        using var metrics = new ApiMetrics(() => 0, () => 0);
        var vendorData = new VendorDataFile(options, _time, NullLogger.Instance);
        var builder = new SnapshotBuilder(options, _signature, source, vendorData, hasDynamicVendorData: false, securityGroups: null, metrics, _time);
        var cache = new SnapshotCache(options, source, builder, vendorData, metrics, _time, NullLogger.Instance);
        var caller = new Caller(Plain.Id.Value, Plain.Id, Plain.ProjectId.Value, Address: null, default);

        await cache.GetAsync(caller, CancellationToken.None);
        changes.Grow(Plain.Id);
        Assert.False(await cache.BuildAheadAsync(Plain.Id, CancellationToken.None));
        Assert.Equal((0, 0L), (cache.Count, cache.Bytes));

        var ahead = cache.BuildAheadAsync(Plain.Id, CancellationToken.None).AsTask();
        changes.Grow(Plain.Id);
        var ofGuest = await cache.GetAsync(caller, CancellationToken.None);
        search.SetResult(null);
        Assert.False(await ahead);
        Assert.True(cache.TryGet(Plain.Id.Value, out var kept));
        Assert.Same(ofGuest, kept);
    }

    [Fact]
    public async Task A_build_ahead_that_fails_is_no_warning_and_the_next_instance_is_still_built()
    {
        var bad = Plain with { Id = new InstanceId("bad") };
        var source = new FixtureSource([bad, Plain], tellsChanges: true);
        source.Broken.Add("bad");
        var log = new RecordedLog();
        using var api = new MetadataApi(new ApiOptions(), _signature, source, _time, log);
        using var stop = new CancellationTokenSource();
        var ahead = api.BuildAheadAsync(stop.Token);
        source.ToldChanges!.Grow(bad.Id, Plain.Id);
        await FindsAsync(source, 2);
        await stop.CancelAsync();
        await ahead;
        Assert.True(GetAsync(api, Plain, Name).IsCompletedSuccessfully);
        Assert.Equal(2, source.Finds);
        Assert.Contains(log.Lines, line => line.Text.Contains("not built ahead", StringComparison.Ordinal));
        Assert.DoesNotContain(log.Lines, line => line.Level >= LogLevel.Information);
    }

    [Fact]
    public async Task A_deleted_instance_is_not_found_at_once()
    {
        var source = new FixtureSource([Plain], tellsChanges: true);
        using var api = Api(source);
        await GetAsync(api, Plain, Name);
        source.Remove(Plain.Id);
        Assert.Equal(404, (await GetAsync(api, Plain, Name)).Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_last_good_snapshot_is_served_while_the_store_is_down_but_not_for_ever(bool tellsChanges)
    {
        var source = new FixtureSource([Plain], tellsChanges);
        using var api = Api(source);
        await GetAsync(api, Plain, Name);
        source.Unreachable = true;
        source.ToldChanges?.Grow();
        for (var minute = 1; minute < 10; minute++)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            Assert.Equal(200, (await GetAsync(api, Plain, Name)).Status);
        }

        _time.Advance(TimeSpan.FromMinutes(1));
        var answer = await GetAsync(api, Plain, Name);
        Assert.Equal((503, 1), (answer.Status, answer.RetryAfterSeconds));

        source.Unreachable = false;
        Assert.Equal(200, (await GetAsync(api, Plain, Name)).Status);
    }

    [Fact]
    public async Task A_store_that_is_down_is_asked_once_a_second_for_a_stale_instance()
    {
        var source = new FixtureSource([Plain]);
        using var api = Api(source);
        await GetAsync(api, Plain, Name);
        source.Unreachable = true;
        _time.Advance(TimeSpan.FromSeconds(20));
        for (var i = 0; i < 10; i++) await GetAsync(api, Plain, Name);
        Assert.Equal(2, source.Finds);
        _time.Advance(TimeSpan.FromSeconds(1));
        await GetAsync(api, Plain, Name);
        Assert.Equal(3, source.Finds);
    }

    [Fact]
    public async Task Memory_is_bounded_and_the_least_recently_used_go_first()
    {
        var instances = Enumerable.Range(0, 50).Select(i => Plain with { Id = new InstanceId($"instance-{i}") }).ToList();
        var source = new FixtureSource(instances, tellsChanges: true);
        using var api = Api(source, new ApiOptions { SnapshotCacheBytes = 200 << 10 });
        foreach (var instance in instances)
        {
            await GetAsync(api, instance, Name);
            await GetAsync(api, instances[0], Name);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(50, source.Finds);
        await GetAsync(api, instances[0], Name);
        await GetAsync(api, instances[49], Name);
        Assert.Equal(50, source.Finds);
        await GetAsync(api, instances[1], Name);
        Assert.Equal(51, source.Finds);
    }

    [Fact]
    public async Task A_forged_signature_is_refused_for_cached_and_uncached_instances_alike()
    {
        var source = new FixtureSource([Plain]);
        using var api = Api(source);
        var forged = Request(Plain, Name) with { Signature = new string('0', 64) };
        Assert.Equal(403, (await api.AnswerAsync(forged, CancellationToken.None)).Status);
        Assert.Equal(0, source.Finds);
        await GetAsync(api, Plain, Name);
        Assert.Equal(403, (await api.AnswerAsync(forged, CancellationToken.None)).Status);
        Assert.Equal(403, (await api.AnswerAsync(forged with { Signature = "" }, CancellationToken.None)).Status);
        Assert.Equal(404, (await api.AnswerAsync(Request(Plain, Name) with { TenantId = "other" }, CancellationToken.None)).Status);
    }

    [Fact]
    public void A_caller_names_its_instance_and_never_its_signature()
    {
        var caller = new Caller(Plain.Id.Value, Plain.Id, Plain.ProjectId.Value, Address: null, default) { VerifiedSignature = _signature.Sign(Plain.Id) };
        Assert.Contains(Plain.Id.Value, $"{caller}", StringComparison.Ordinal);
        Assert.DoesNotContain(_signature.Sign(Plain.Id), $"{caller}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_random_seed_is_new_for_each_request_of_a_cached_instance()
    {
        using var api = Api(new FixtureSource([Plain]));
        var seeds = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 10; i++) seeds.Add(await TextAsync(api));
        Assert.Equal(10, seeds.Count);
    }

    [Fact]
    public async Task A_warm_answer_is_given_at_once_and_without_allocation()
    {
        using var api = Api(new FixtureSource([Plain]));
        var request = Request(Plain, "/latest/meta-data/local-ipv4");
        for (var i = 0; i < 200; i++) await api.AnswerAsync(request, CancellationToken.None);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            var answer = api.AnswerAsync(request, CancellationToken.None);
            if (!answer.IsCompletedSuccessfully || (await answer).Body.Length != 9) Assert.Fail("not answered at once");
        }

        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1000, "a warm answer allocates");
    }

    private MetadataApi Api(FixtureSource source, ApiOptions? options = null) =>
        new(options ?? new ApiOptions(), _signature, source, _time, NullLogger<MetadataApi>.Instance);

    private static async Task FindsAsync(FixtureSource source, int count)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromSeconds(20) && source.Finds < count;) await Task.Delay(5, TestContext.Current.CancellationToken);
        Assert.Equal(count, source.Finds);
    }

    private MetadataRequest Request(Instance instance, string target) => new()
    {
        Method = "GET",
        Target = target,
        InstanceId = instance.Id.Value,
        Signature = _signature.Sign(instance.Id),
        TenantId = instance.ProjectId.Value,
    };

    private Task<MetadataAnswer> GetAsync(MetadataApi api, Instance instance, string target) =>
        api.AnswerAsync(Request(instance, target), CancellationToken.None).AsTask();

    private async Task<string> TextAsync(MetadataApi api, string target = Name) => Text(await GetAsync(api, Plain, target));

    private static string Text(MetadataAnswer answer) => System.Text.Encoding.UTF8.GetString(answer.Body.Span);

    /// <summary>A store whose searches end as written, one after the other.</summary>
    private sealed class ScriptedSource(IInventoryChanges changes, params IEnumerable<Task<Instance?>> finds) : IInstanceSource
    {
        private readonly Queue<Task<Instance?>> _finds = new(finds);

        public IInventoryChanges? Changes => changes;

        public ValueTask<Instance?> FindAsync(InstanceId id, CancellationToken cancellationToken) => new(_finds.Dequeue());

        public ValueTask<bool> SetPasswordAsync(InstanceId id, string password, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
