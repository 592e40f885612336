using System.Text.Json.Nodes;
using Firstlight.Api.Tests.Support;
using Firstlight.Api.VendorData;
using Firstlight.Metadata.Instances;
using Microsoft.AspNetCore.Http;

namespace Firstlight.Api.Tests.VendorData;

public sealed class DynamicVendorDataTests
{
    private const string Document = "/openstack/latest/vendor_data2.json";
    private static readonly Instance Plain = RecordedInstances.All["plain"];

    [Fact]
    public async Task Targets_are_sent_what_Nova_sent_them()
    {
        await using var service = await VendorDataService.StartAsync();
        await using var api = await StartAsync(VendorDataService.RecordedTargets(service));
        var instances = RecordedInstances.All.Values.ToDictionary(instance => instance.Id.Value);
        var compared = 0;
        foreach (var line in await File.ReadAllLinesAsync(Path.Combine(RecordedInstances.Folder, "vendordata", "requests.jsonl.txt")))
        {
            var recorded = JsonNode.Parse(line)!;
            if ((string?)recorded["path"] != "/echo") continue;

            service.Received.Clear();
            await api.SendAsync(instances[(string)recorded["json"]!["instance-id"]!], Document);
            var sent = service.Received.Single(received => received.Target == "/echo");
            Assert.Equal(recorded["json"]!.ToJsonString(), JsonNode.Parse(sent.Body)!.ToJsonString());
            foreach (var name in (string[])["User-Agent", "Accept", "Content-Type", "Content-Length"])
            {
                var header = recorded["headers"]!.AsArray().Single(header => (string?)header![0] == name)!;
                Assert.Equal((string?)header[1], sent[name]);
            }

            Assert.Null(sent["X-Auth-Token"]);
            compared++;
        }

        Assert.True(compared >= 3, $"{compared} recorded requests");
    }

    [Fact]
    public async Task Stored_user_data_and_roles_are_passed_on_as_they_are()
    {
        await using var service = await VendorDataService.StartAsync();
        await using var api = await StartAsync([$"a@{service.Address("/list")}"]);
        api.Source.Put(Plain with { RawUserData = "aGk=\n", BootRoles = "member,reader" });
        await api.SendAsync(Plain, Document);
        var sent = JsonNode.Parse(service.Received.Single().Body)!;
        Assert.Equal(("aGk=\n", "member,reader"), ((string?)sent["user-data"], (string?)sent["boot-roles"]));
    }

    [Fact]
    public async Task Targets_are_asked_together_and_told_in_order()
    {
        var arrived = 0;
        var all = new TaskCompletionSource();
        var later = new TaskCompletionSource();
        await using var peer = await HttpPeer.StartAsync(async (context, _) =>
        {
            if (Interlocked.Increment(ref arrived) == 3) all.SetResult();
            await all.Task.WaitAsync(TimeSpan.FromSeconds(30));

            // The first target of the list is the last to answer.
            if (context.Request.Path == "/a") await later.Task.WaitAsync(TimeSpan.FromSeconds(30));
            await context.Response.WriteAsync($"\"{context.Request.Path}\"");
            await context.Response.CompleteAsync();
            if (context.Request.Path == "/c") later.SetResult();
        });
        await using var api = await StartAsync([$"a@{peer.Address("/a")}", $"b@{peer.Address("/b")}", $"c@{peer.Address("/c")}"], patience: TimeSpan.FromSeconds(30));
        Assert.Equal("""{"static": {}, "a": "/a", "b": "/b", "c": "/c"}""", (await api.SendAsync(Plain, Document)).Text);
    }

    [Fact]
    public async Task A_slow_target_delays_no_other_document()
    {
        var gate = new TaskCompletionSource();
        await using var peer = await HttpPeer.StartAsync((_, _) => gate.Task);
        await using var api = await StartAsync([$"slow@{peer.Address()}"], patience: TimeSpan.FromSeconds(60));
        var waiting = api.SendAsync(Plain, Document);
        await Until(() => !peer.Received.IsEmpty);
        foreach (var path in (string[])["/openstack/latest/meta_data.json", "/openstack/latest/vendor_data.json", "/latest/meta-data/hostname"])
            Assert.Equal(200, (await api.SendAsync(Plain, path)).Status);

        Assert.False(waiting.IsCompleted);
        gate.SetResult();
        Assert.Equal("""{"static": {}, "slow": {}}""", (await waiting).Text);
    }

    [Theory]
    [InlineData("/error")]
    [InlineData("/notjson")]
    [InlineData("/huge")]
    [InlineData("/never")]
    public async Task A_failing_target_tells_nothing_or_fails_the_document_as_configured(string path)
    {
        await using var service = await VendorDataService.StartAsync();
        var answer = service.Answer;
        service.Answer = (context, body) => context.Request.Path == "/never" ? Task.Delay(Timeout.Infinite, context.RequestAborted) : answer(context, body);
        string[] targets = [$"x@{service.Address(path)}", $"list@{service.Address("/list")}"];

        await using var api = await StartAsync(targets, patience: TimeSpan.FromSeconds(1));
        Assert.Equal("""{"static": {}, "x": {}, "list": ["a", 1, null]}""", (await api.SendAsync(Plain, Document)).Text);

        await using var fatal = await StartAsync(targets, fatal: true, patience: TimeSpan.FromSeconds(1));
        var refused = await fatal.SendAsync(Plain, Document);
        Assert.Equal((503, "1"), (refused.Status, refused["Retry-After"]));
        Assert.Equal(200, (await fatal.SendAsync(Plain, "/openstack/latest/vendor_data.json")).Status);

        await using var strict = await StartAsync(targets, fatal: true, strict: true, patience: TimeSpan.FromSeconds(1));
        var crash = await strict.SendAsync(Plain, Document);
        Assert.Equal((500, "0", "close"), (crash.Status, crash["Content-Length"], crash["Connection"]));
    }

    [Fact]
    public async Task Each_request_asks_again()
    {
        await using var service = await VendorDataService.StartAsync();
        await using var api = await StartAsync([$"list@{service.Address("/list")}"]);
        await api.SendAsync(Plain, Document);
        await api.SendAsync(Plain, Document);
        await api.SendAsync(Plain, "/openstack/latest");
        Assert.Equal(2, service.Received.Count);
    }

    [Fact]
    public async Task The_static_key_is_that_of_the_file_whatever_the_order()
    {
        await using var service = await VendorDataService.StartAsync();
        string[] targets = [$"static@{service.Address("/list")}", $"list@{service.Address("/list")}"];
        await using var first = await StartAsync(targets);
        Assert.Equal("""{"static": {}, "list": ["a", 1, null]}""", (await first.SendAsync(Plain, Document)).Text);
        await using var last = await StartAsync(targets, providers: ["DynamicJSON", "StaticJSON"]);
        Assert.Equal("""{"static": {}, "list": ["a", 1, null]}""", (await last.SendAsync(Plain, Document)).Text);
        await using var alone = await StartAsync(targets, providers: ["DynamicJSON"]);
        Assert.Equal("""{"static": ["a", 1, null], "list": ["a", 1, null]}""", (await alone.SendAsync(Plain, Document)).Text);
    }

    [Fact]
    public async Task Odd_targets_are_warned_of_and_no_body_or_token_is_logged()
    {
        await using var service = await VendorDataService.StartAsync();
        await using var keystone = await StubKeystone.StartAsync();
        var log = new RecordedLog();
        string[] targets = ["nameless", $"a@{service.Address("/notjson")}", $"a@{service.Address("/list")}", "odd@ftp://x/", $"at@http://u:p@127.0.0.1:{service.Port}/list"];
        await using var api = await StartAsync(targets, log: log, account: keystone);
        var answer = (await api.SendAsync(Plain, Document)).Text;
        Assert.Equal("""{"static": {}, "a": {}, "odd": {}, "at": ["a", 1, null]}""", answer);
        Assert.Equal("Basic dTpw", service.Received.Single(received => received.Target == "/list")["Authorization"]);

        Assert.Contains(log.Warnings, line => line.Contains("'nameless'", StringComparison.Ordinal));
        Assert.Contains(log.Warnings, line => line.Contains("'a' is in vendordata_dynamic_targets twice", StringComparison.Ordinal));
        Assert.Contains(log.Warnings, line => line.Contains("'odd' failed", StringComparison.Ordinal));
        string[] secrets = ["token-1", StubKeystone.Password, "<html>", Convert.ToBase64String(Plain.UserData!.Bytes.Span)[..20], "u:p@"];
        Assert.DoesNotContain(log.Lines, line => secrets.Any(secret => line.Text.Contains(secret, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task One_token_serves_until_shortly_before_it_expires_or_is_refused()
    {
        await using var service = await VendorDataService.StartAsync();
        await using var keystone = await StubKeystone.StartAsync();
        await using var api = await StartAsync([$"a@{service.Address("/list")}", $"b@{service.Address("/list")}"], account: keystone);
        keystone.Clock = api.Time;
        Assert.Contains("\"a\": [", (await api.SendAsync(Plain, Document)).Text, StringComparison.Ordinal);
        await api.SendAsync(Plain, Document);
        Assert.Equal(["token-1"], Tokens().Distinct());

        api.Time.Advance(TimeSpan.FromMinutes(59));
        await api.SendAsync(Plain, Document);
        Assert.Equal(["token-2"], Tokens().Distinct());

        var answer = service.Answer;
        service.Answer = (context, body) =>
        {
            if (context.Request.Headers["X-Auth-Token"] != "token-2") return answer(context, body);
            context.Response.StatusCode = 401;
            return Task.CompletedTask;
        };
        Assert.Equal("""{"static": {}, "a": ["a", 1, null], "b": ["a", 1, null]}""", (await api.SendAsync(Plain, Document)).Text);
        Assert.Equal(3, keystone.Given);

        service.Answer = (context, _) =>
        {
            context.Response.StatusCode = 401;
            return Task.CompletedTask;
        };
        Tokens();
        Assert.Equal("""{"static": {}, "a": {}, "b": {}}""", (await api.SendAsync(Plain, Document)).Text);
        Assert.Equal(4, Tokens().Count);

        List<string?> Tokens()
        {
            var tokens = service.Received.Select(received => received["X-Auth-Token"]).ToList();
            service.Received.Clear();
            return tokens;
        }
    }

    [Fact]
    public async Task Without_Keystone_targets_count_as_failed()
    {
        await using var service = await VendorDataService.StartAsync();
        await using var keystone = await StubKeystone.StartAsync();
        await using var api = await StartAsync([$"a@{service.Address("/list")}"], account: keystone);
        await keystone.Peer.DisposeAsync();
        Assert.Equal("""{"static": {}, "a": {}}""", (await api.SendAsync(Plain, Document)).Text);
        Assert.Empty(service.Received);
    }

    private static Task<RunningApi> StartAsync(
        IReadOnlyList<string> targets,
        bool fatal = false,
        bool strict = false,
        TimeSpan? patience = null,
        string[]? providers = null,
        RecordedLog? log = null,
        StubKeystone? account = null) => RunningApi.StartAsync(
            new FixtureSource(RecordedInstances.All.Values),
            new ApiOptions
            {
                StrictNova = strict,
                VendorDataProviders = providers ?? ["StaticJSON", "DynamicJSON"],
                DynamicVendorData = new DynamicVendorDataOptions
                {
                    Targets = targets,
                    FailureFatal = fatal,
                    ReadTimeout = patience ?? TimeSpan.FromSeconds(20),
                    Auth = account?.Account,
                },
            },
            logger: log);

    private static async Task Until(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition()) await Task.Delay(10, deadline.Token);
    }
}
