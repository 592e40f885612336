using System.Diagnostics.Metrics;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Firstlight.Cli;
using Firstlight.Management;
using Microsoft.Extensions.Logging.Abstractions;

namespace Firstlight.Tests.Management;

public sealed partial class ManagementServerTests : IAsyncLifetime
{
    private readonly List<IReadinessCheck> _checks = [];
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false });
    private ManagementServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = new ManagementServer(new IPEndPoint(IPAddress.Loopback, 0), _checks, WriteStatus, NullLoggerFactory.Instance);
        await _server.StartAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    private static void WriteStatus(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("networks", 3);
        json.WriteEndObject();
    }

    private async Task<(HttpStatusCode Status, string Body)> GetAsync(string path)
    {
        using var response = await _client.GetAsync(new Uri($"http://{_server.Endpoint}{path}"), TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Health_status_and_unknown_paths_answer()
    {
        Assert.Equal((HttpStatusCode.OK, "ok\n"), await GetAsync("/healthz"));
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync("/")).Status);
        Assert.Equal(3, JsonDocument.Parse((await GetAsync("/status")).Body).RootElement.GetProperty("networks").GetInt32());
        using var post = await _client.PostAsync(new Uri($"http://{_server.Endpoint}/healthz"), null, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
    }

    [Fact]
    public async Task Readiness_names_each_check_that_fails_throws_or_hangs()
    {
        Assert.Equal((HttpStatusCode.OK, "ready\n"), await GetAsync("/readyz"));

        _checks.Add(new ReadinessCheck("fine", _ => ValueTask.FromResult<string?>(null)));
        _checks.Add(new ReadinessCheck("inventory", _ => ValueTask.FromResult<string?>("locked\nby another")));
        _checks.Add(new ReadinessCheck("dnsmasq", _ => throw new IOException("gone")));
        _checks.Add(new ReadinessCheck("upstream", async ct => { await Task.Delay(Timeout.Infinite, ct); return null; }));

        var (status, body) = await GetAsync("/readyz");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal(["inventory: locked by another", "dnsmasq: gone", "upstream: no answer within 2 s"], body.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task An_address_that_is_taken_is_one_line()
    {
        await using var second = new ManagementServer(_server.Endpoint, [], null, NullLoggerFactory.Instance);

        var e = await Assert.ThrowsAsync<ProgramEndException>(() => second.StartAsync(TestContext.Current.CancellationToken));
        Assert.Equal(ExitCodes.Unavailable, e.ExitCode);
        Assert.Contains($"{_server.Endpoint}: the address is taken", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_address_nothing_listens()
    {
        await using var silent = new ManagementServer(null, [], null, NullLoggerFactory.Instance);
        await silent.StartAsync(TestContext.Current.CancellationToken);

        Assert.Null(silent.Endpoint);
    }

    [Fact]
    public async Task Metrics_are_prometheus_text_that_adds_up()
    {
        using var meter = new Meter("Firstlight.Test");
        using var foreign = new Meter("Other");
        foreign.CreateCounter<int>("firstlight.foreign").Add(1);
        var requests = meter.CreateCounter<long>("firstlight.requests", "{request}", "Requests\nby \\ outcome");
        var open = meter.CreateUpDownCounter<int>("firstlight.connections.open");
        var duration = meter.CreateHistogram("firstlight.duration", "s", "How long", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        var networks = new List<Measurement<int>> { new(3, KeyValuePair.Create<string, object?>("kind", "network")), new(2, KeyValuePair.Create<string, object?>("kind", "router")) };
        meter.CreateObservableGauge("firstlight.listeners", () => networks);
        meter.CreateObservableCounter("firstlight.reads", () => 41L);

        Parallel.For(0, 1000, i => requests.Add(1, KeyValuePair.Create<string, object?>("outcome", i % 2 == 0 ? "found" : "a\"b\\c\nd")));
        open.Add(5);
        open.Add(-2);
        foreach (var seconds in new[] { 0.05, 0.1, 0.5, 7 }) duration.Record(seconds, KeyValuePair.Create<string, object?>("status", 200));

        var samples = Parse((await GetAsync("/metrics")).Body);
        Assert.Equal(500, samples["firstlight_requests_total{outcome=\"found\"}"]);
        Assert.Equal(500, samples["firstlight_requests_total{outcome=\"a\\\"b\\\\c\\nd\"}"]);
        Assert.Equal(3, samples["firstlight_connections_open"]);
        Assert.Equal(41, samples["firstlight_reads_total"]);
        Assert.Equal(2, samples["firstlight_duration_seconds_bucket{status=\"200\",le=\"0.1\"}"]);
        Assert.Equal(3, samples["firstlight_duration_seconds_bucket{status=\"200\",le=\"1\"}"]);
        Assert.Equal(4, samples["firstlight_duration_seconds_bucket{status=\"200\",le=\"+Inf\"}"]);
        Assert.Equal(4, samples["firstlight_duration_seconds_count{status=\"200\"}"]);
        Assert.Equal(7.65, samples["firstlight_duration_seconds_sum{status=\"200\"}"], 6);
        Assert.Equal(2, samples["firstlight_listeners{kind=\"router\"}"]);
        Assert.DoesNotContain(samples.Keys, k => k.Contains("foreign", StringComparison.Ordinal));

        networks.RemoveAt(1);
        samples = Parse((await GetAsync("/metrics")).Body);
        Assert.False(samples.ContainsKey("firstlight_listeners{kind=\"router\"}"));
        Assert.Equal(41, samples["firstlight_reads_total"]);
    }

    [Fact]
    public void Too_many_label_sets_are_added_up_under_one()
    {
        using var meter = new Meter("Firstlight.Overflow");
        using var collector = new MeterCollector("Firstlight.Overflow");
        var counter = meter.CreateCounter<int>("firstlight.overflow");
        for (var i = 0; i < 2000; i++) counter.Add(1, KeyValuePair.Create<string, object?>("label", i));

        var series = Assert.Single(collector.Collect()).All.ToList();
        Assert.InRange(series.Count, 2, 501);
        Assert.Equal(2000, series.Sum(s => s.Value.Value));
    }

    /// <summary>Reads the exposition format strictly: each family has one TYPE before its samples, each sample one value.</summary>
    private static Dictionary<string, double> Parse(string text)
    {
        var samples = new Dictionary<string, double>(StringComparer.Ordinal);
        var family = "";
        var families = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in text.TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal)) continue;
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                family = line.Split(' ')[2];
                Assert.True(families.Add(family), line);
                Assert.Contains(line.Split(' ')[3], (string[])["counter", "gauge", "histogram"]);
                continue;
            }

            var match = SampleLine().Match(line);
            Assert.True(match.Success, line);
            Assert.StartsWith(family, match.Groups["name"].Value, StringComparison.Ordinal);
            samples.Add(match.Groups["name"].Value + match.Groups["labels"].Value, double.Parse(match.Groups["value"].Value));
        }

        return samples;
    }

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?<labels>\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*",?)+\})? (?<value>\S+)$""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SampleLine();
}
