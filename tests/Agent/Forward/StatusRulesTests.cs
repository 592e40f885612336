using System.Collections.Immutable;
using System.Text;
using Firstlight.Agent.Forward;
using Firstlight.Agent.Tests.Support;

namespace Firstlight.Agent.Tests.Forward;

public sealed class StatusRulesTests
{
    [Theory]
    [InlineData(29, "200 400! 403! 404 409! 500! 502! 503! 504!")]
    [InlineData(26, "200 400! 403! 404 409! 500! 502! 503! 504!")]
    [InlineData(25, "200 400 403 404 409 500 502 503 504")]
    [InlineData(24, "200 400 403 404 409 500 502:500 503:500 504:500")]
    [InlineData(21, "200 400 403 404 409 500 502:500 503:500 504:500")]
    public void Statuses_of_the_protocol_reach_the_guest(int release, string expected) =>
        Assert.Equal(expected, string.Join(' ', ((int[])[200, 400, 403, 404, 409, 500, 502, 503, 504]).Select(status => Describe(release, status))));

    [Theory]
    [InlineData(29, 502)]
    [InlineData(26, 502)]
    [InlineData(25, 500)]
    [InlineData(21, 500)]
    public void Any_other_status_is_an_error(int release, int expected)
    {
        foreach (var status in (int[])[201, 204, 206, 301, 302, 304, 307, 401, 405, 410, 413, 418, 429, 501])
            Assert.Equal(expected, Apply(release, Answer(status)).Status);
    }

    [Theory]
    [InlineData("text/plain", "text/plain; charset=UTF-8")]
    [InlineData("TEXT/x-odd; a=b", "TEXT/x-odd; a=b; charset=UTF-8")]
    [InlineData("text/plain; Charset=latin-1", "text/plain; Charset=latin-1")]
    [InlineData("application/json", "application/json")]
    [InlineData("application/octet-stream", "application/octet-stream")]
    public void Text_without_a_charset_gets_one_until_2024_2(string given, string expected)
    {
        var answer = new UpstreamAnswer(200, given, "x"u8.ToArray(), 1);

        Assert.Equal((expected, given), (Apply(25, answer).ContentType, Apply(26, answer).ContentType));
    }

    [Fact]
    public void Document_without_a_type_is_an_error_until_2024_2()
    {
        var answer = new UpstreamAnswer(200, null, "x"u8.ToArray(), 1);

        Assert.Equal((500, 200), (Apply(25, answer).Status, Apply(26, answer).Status));
    }

    [Fact]
    public void Answer_to_head_declares_no_length_until_2024_2()
    {
        var answer = new UpstreamAnswer(200, "application/json", default, 1284);

        Assert.Equal((0L, 1284L), (new StatusRules(25).Apply("HEAD", answer, GuestOutcome.Found).ContentLength, new StatusRules(26).Apply("HEAD", answer, GuestOutcome.Found).ContentLength));
    }

    [Theory]
    [InlineData(29, 200)]
    [InlineData(29, 400)]
    [InlineData(29, 403)]
    [InlineData(29, 409)]
    [InlineData(29, 500)]
    [InlineData(29, 502)]
    [InlineData(29, 503)]
    [InlineData(29, 504)]
    [InlineData(25, 200)]
    public async Task Headers_pass_since_2025_1_but_those_of_a_connection(int release, int status)
    {
        await using var agent = await TestAgent.StartAsync(new AgentOptions { NeutronRelease = release });
        agent.Directory.Add(TestAgent.HomeScope, "127.0.0.1", "instance");
        agent.Upstream.Answer = (_, _) => new(TestUpstream.Text(status, "the body") with
        {
            Headers =
            [
                new("ETag", "\"1\""), new("X-Twice", "a"), new("x-twice", "b"), new("Content-Encoding", "gzip"), new("Retry-After", "7"),
                new("Connection", "x-hop"), new("Keep-Alive", "timeout=5"), new("Transfer-Encoding", "chunked"), new("Content-Length", "1"), new("Upgrade", "h2c"),
                new("Content-Type", "image/png"), new("Date", "Thu, 01 Jan 1970 00:00:00 GMT"), new("Server", "Nova"), new("X-Bad", "a\r\nX-Split: b"), new("X Bad", "c"), new("", "d"), new("X-Text", "é"),
            ],
        });

        var reply = await Firstlight.Tests.Support.RawHttp.SendAsync(agent.Home, "GET", "/x", []);

        var passed = reply.Headers.Where(header => header.Name is not ("Connection" or "Content-Length" or "Content-Type" or "Date")).Select(header => $"{header.Name}: {header.Value}");
        Assert.Equal(release < 26 ? [] : ["Content-Encoding: gzip", "ETag: \"1\"", "Retry-After: 7", "X-Twice: a", "X-Twice: b"], passed.Order(StringComparer.Ordinal));
        Assert.Equal((status, "the body", "text/plain; charset=UTF-8", "8"), (reply.Status, reply.Text, reply["Content-Type"], reply["Content-Length"]));
        Assert.DoesNotContain("1970", reply["Date"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Not_found_has_no_header_of_the_upstream()
    {
        await using var agent = await TestAgent.StartAsync();
        agent.Directory.Add(TestAgent.HomeScope, "127.0.0.1", "instance");
        agent.Upstream.Answer = (_, _) => new(TestUpstream.Text(404, "no") with { Headers = [new("X-Instance", "known")] });

        var known = await GuestClient.GetHomeAsync(agent.Home, "/x");
        var unknown = await GuestClient.GetHomeAsync(agent.Home, "/x", source: "127.0.0.2");

        Assert.Equal(unknown.Headers.Keys, known.Headers.Keys);
        Assert.Equal(unknown.Text, known.Text);
    }

    // "!" for Nova's body; other statuses behind a colon.
    private static string Describe(int release, int status)
    {
        var answer = Apply(release, Answer(status));
        var own = Encoding.UTF8.GetString(answer.Body.Span) == "Nova's";
        Assert.Equal(own && release >= 26, !answer.Headers.IsDefaultOrEmpty);
        return $"{status}{(answer.Status == status ? "" : $":{answer.Status}")}{(own && status != 200 ? "!" : "")}";
    }

    private static GuestAnswer Apply(int release, UpstreamAnswer answer) => new StatusRules(release).Apply("GET", answer, GuestOutcome.Found);

    private static UpstreamAnswer Answer(int status) =>
        new(status, "text/plain; charset=latin-1", "Nova's"u8.ToArray(), 6) { Headers = ImmutableArray.Create(new KeyValuePair<string, string>("X-Nova", "1")) };
}
