using System.Net;
using System.Net.Sockets;
using System.Text;
using Firstlight.Api.Listen;
using Firstlight.Api.Tests.Support;
using Firstlight.Metadata.Identity;
using Firstlight.Metadata.Instances;
using Firstlight.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Firstlight.Api.Tests;

public abstract class MetadataApiServerTests(ApiEngine engine)
{
    private static readonly Instance Plain = RecordedInstances.All["plain"];

    [Fact]
    public async Task A_taken_port_is_named_with_the_fix()
    {
        using var holder = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        holder.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        holder.Listen();
        var taken = (IPEndPoint)holder.LocalEndPoint!;
        using var api = Api();
        await using var server = new MetadataApiServer(api, [new IPEndPoint(IPAddress.Loopback, 0), taken], NullLoggerFactory.Instance) { Engine = engine };
        var refused = await Assert.ThrowsAsync<EndPointUnavailableException>(() => server.StartAsync(CancellationToken.None));
        Assert.Equal(taken, refused.EndPoint);
        Assert.Contains($"port {taken.Port}", refused.Message, StringComparison.Ordinal);
        Assert.Contains("metadata_listen_port", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
        Assert.Empty(server.EndPoints);
    }

    [Fact]
    public async Task An_address_of_another_host_is_named()
    {
        using var api = Api();
        await using var server = new MetadataApiServer(api, [new IPEndPoint(IPAddress.Parse("192.0.2.77"), 0)], NullLoggerFactory.Instance) { Engine = engine };
        var refused = await Assert.ThrowsAsync<EndPointUnavailableException>(() => server.StartAsync(CancellationToken.None));
        Assert.Contains("no address 192.0.2.77", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_listens_on_several_endpoints_and_closes_them()
    {
        using var api = Api();
        await using var server = new MetadataApiServer(api, [new IPEndPoint(IPAddress.Loopback, 0), new IPEndPoint(IPAddress.IPv6Loopback, 0)], NullLoggerFactory.Instance) { Engine = engine };
        await server.StartAsync(CancellationToken.None);
        var endPoints = server.EndPoints;
        Assert.Equal(2, endPoints.Count);
        foreach (var endPoint in endPoints) Assert.Equal(200, (await RawHttp.SendAsync(endPoint, "GET", "/", [])).Status);

        await server.StopAsync(CancellationToken.None);
        await Assert.ThrowsAnyAsync<SocketException>(() => RawHttp.SendAsync(endPoints[0], "GET", "/", []));
    }

    [Theory]
    [InlineData("/openstack/latest/meta_data.json")]
    [InlineData("/latest/meta-data/")]
    [InlineData("/openstack/latest/user_data")]
    public async Task HEAD_declares_the_length_of_GET_and_sends_nothing(string target)
    {
        await using var api = await StartAsync();
        var get = await api.SendAsync(Plain, target);
        var head = await api.SendAsync(Plain, target, "HEAD");
        Assert.Equal((get.Status, get["Content-Length"], get["Content-Type"]), (head.Status, head["Content-Length"], head["Content-Type"]));
        Assert.Empty(head.Body);
    }

    [Fact]
    public async Task An_absolute_form_target_is_served_whatever_host_it_names()
    {
        await using var api = await StartAsync();
        Assert.Equal("none", (await api.SendAsync(Plain, "http://elsewhere/latest/meta-data/instance-action")).Text);
    }

    [Fact]
    public async Task Headers_with_underscores_count_only_as_Nova_has_it()
    {
        var headers = new (string, string)[]
        {
            ("X_Instance_ID", Plain.Id.Value),
            ("X-Instance-ID-Signature", new Signature(RunningApi.Secret).Sign(Plain.Id)),
            ("X-Tenant-ID", Plain.ProjectId.Value),
        };
        await using var api = await StartAsync();
        Assert.Equal(400, (await RawHttp.SendAsync(api.EndPoint, "GET", "/openstack", headers)).Status);
        await using var strict = await StartAsync(new ApiOptions { StrictNova = true });
        Assert.Equal(200, (await RawHttp.SendAsync(strict.EndPoint, "GET", "/openstack", headers)).Status);
    }

    [Fact]
    public async Task A_repeated_instance_id_matches_nothing()
    {
        await using var api = await StartAsync();
        var headers = api.SignedHeaders(Plain).Append((HeaderNames.InstanceId, Plain.Id.Value));
        Assert.Equal(403, (await RawHttp.SendAsync(api.EndPoint, "GET", "/openstack", headers)).Status);
    }

    [Fact]
    public async Task A_forwarded_address_is_read_as_Latin_1()
    {
        var unaddressed = RecordedInstances.All["nonetwork"];
        await using var api = await StartAsync();
        var headers = api.SignedHeaders(unaddressed)
            .Where(header => header.Name != HeaderNames.ForwardedFor)
            .Append((HeaderNames.ForwardedFor, "caf\u00e9"));
        Assert.Equal("caf\u00e9", (await RawHttp.SendAsync(api.EndPoint, "GET", "/latest/meta-data/local-ipv4", headers)).Text);
    }

    [Theory]
    [InlineData(9 << 10, 1, 431)]
    [InlineData(7 << 10, 6, 431)]
    [InlineData(7 << 10, 2, 200)]
    public async Task Headers_are_bounded(int length, int count, int status)
    {
        await using var api = await StartAsync();
        var more = Enumerable.Range(0, count).Select(i => ($"X-Long-{i}", new string('a', length)));
        Assert.Equal(status, (await RawHttp.SendAsync(api.EndPoint, "GET", "/", more)).Status);
    }

    [Fact]
    public async Task A_request_line_is_bounded()
    {
        await using var api = await StartAsync();
        Assert.Equal(414, (await RawHttp.SendAsync(api.EndPoint, "GET", "/" + new string('a', 9 << 10), [])).Status);
    }

    [Fact]
    public async Task A_request_that_never_ends_is_cut_off()
    {
        await using var api = await RunningApi.StartAsync(
            new FixtureSource([Plain]), new ApiOptions(), limits: new MetadataApiLimits { HeaderTimeout = TimeSpan.FromMilliseconds(200) }, engine: engine);
        var response = await RawHttp.SendAsync(api.EndPoint, "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "u8.ToArray());
        Assert.Equal(408, response.Status);
    }

    [Fact]
    public async Task Requests_of_one_connection_are_answered_in_turn()
    {
        await using var api = await StartAsync();
        var first = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
        var last = "GET /healthcheck HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        var response = await RawHttp.SendAsync(api.EndPoint, Encoding.ASCII.GetBytes(first + last));
        Assert.Contains("latestHTTP/1.1 200 OK", response.Text, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nOK", response.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "*/*", 200, "text/plain; charset=UTF-8", "OK")]
    [InlineData("DELETE", "*/*", 200, "text/plain; charset=UTF-8", "OK")]
    [InlineData("HEAD", "*/*", 204, null, "")]
    [InlineData("GET", null, 200, "text/plain; charset=UTF-8", "OK")]
    [InlineData("POST", "text/html", 200, "text/html; charset=UTF-8", "<td>OK</td>")]
    [InlineData("GET", "application/json", 200, "application/json", "{\n    \"detailed\": false,\n    \"reasons\": [\n        \"OK\"\n    ]\n}")]
    public async Task The_health_check_needs_no_caller(string method, string? accept, int status, string? type, string body)
    {
        await using var api = await StartAsync();
        var response = await RawHttp.SendAsync(api.EndPoint, method, "//healthcheck", accept is null ? [] : [("Accept", accept)]);
        Assert.Equal((status, type), (response.Status, response["Content-Type"]));
        if (accept == "text/html") Assert.Contains(body, response.Text, StringComparison.Ordinal);
        else Assert.Equal(body, response.Text);
        Assert.Equal(400, (await RawHttp.SendAsync(api.EndPoint, "GET", "/a/../healthcheck", [])).Status);
    }

    [Fact]
    public async Task A_file_disables_the_health_check_while_it_exists()
    {
        var file = Path.Combine(Path.GetTempPath(), $"healthcheck-{Guid.NewGuid():n}");
        await using var api = await StartAsync(new ApiOptions { HealthcheckDisableFile = file });
        Assert.Equal(200, (await RawHttp.SendAsync(api.EndPoint, "GET", "/healthcheck", [])).Status);
        await File.WriteAllTextAsync(file, "");
        try
        {
            var disabled = await RawHttp.SendAsync(api.EndPoint, "GET", "/healthcheck", []);
            Assert.Equal((503, "DISABLED BY FILE"), (disabled.Status, disabled.Text));
            Assert.Equal(503, (await RawHttp.SendAsync(api.EndPoint, "HEAD", "/healthcheck", [])).Status);
            Assert.Equal(200, (await RawHttp.SendAsync(api.EndPoint, "GET", "/", [])).Status);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static MetadataApi Api() =>
        new(new ApiOptions(), new Signature("s"), new FixtureSource([Plain]), TimeProvider.System, NullLogger<MetadataApi>.Instance);

    private Task<RunningApi> StartAsync(ApiOptions? options = null) =>
        RunningApi.StartAsync(new FixtureSource(RecordedInstances.All.Values), options ?? new ApiOptions(), engine: engine);
}

public sealed class KestrelMetadataApiServerTests() : MetadataApiServerTests(ApiEngine.Kestrel);

public sealed class LeanMetadataApiServerTests() : MetadataApiServerTests(ApiEngine.Lean);
