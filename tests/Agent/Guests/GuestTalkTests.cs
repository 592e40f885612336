using System.Net;
using System.Text;
using Firstlight.Agent.Forward;
using Firstlight.Agent.Guests;
using Firstlight.Agent.Identify;
using Firstlight.Agent.Limit;
using Firstlight.Agent.Listeners;
using Firstlight.Agent.Tests.Support;
using Firstlight.Inventory;
using Firstlight.Metadata.Documents;
using Firstlight.Metadata.Instances;
using Microsoft.Extensions.Logging.Abstractions;

namespace Firstlight.Agent.Tests.Guests;

/// <summary>The short way of a request by itself: what it takes, what it leaves to Kestrel, and what it costs.</summary>
public sealed class GuestTalkTests : IAsyncDisposable
{
    private const string Plain = "GET /openstack/latest/meta_data.json HTTP/1.1\r\nHost: 169.254.169.254\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n";
    private const string Closing = Plain + "Connection: close\r\n\r\n";

    private readonly ManualTime _time = new();
    private readonly NamespaceListeners _listeners;
    private readonly AgentMetrics _metrics;
    private readonly Identifier _identifier;
    private readonly GuestPath _path;
    private readonly AnswerBuffer _answers;
    private readonly DocumentUpstream _upstream = new();
    private readonly GuestPeer _peer = new(TestAgent.HomeScope, IPAddress.Loopback);
    private readonly ListenerFeature _listener = new(new ListenerSpec(TestAgent.HomeScope, "", IPAddress.Loopback, 80, Device: null));

    public GuestTalkTests()
    {
        var options = new AgentOptions();
        _listeners = new NamespaceListeners(options, _time, NullLoggerFactory.Instance);
        _metrics = new AgentMetrics(_listeners);
        _identifier = new Identifier(new OnePort(), TestAgent.Signature, options, _time, NullLogger<Identifier>.Instance);
        _path = PathTo(_upstream);
        _answers = new AnswerBuffer(_time);
    }

    [Fact]
    public async Task Request_answered_from_memory_costs_no_memory()
    {
        var talk = await KnownGuestAsync();
        var request = Encoding.ASCII.GetBytes(Closing);
        const int Times = 1000;
        Answer();
        for (var i = 0; i < Times; i++) Answer();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Times; i++) Answer();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Answer()
        {
            _answers.Clear();
            if (talk.Answer(_listener, _peer, request, _answers).End != TalkEnd.Close) throw new InvalidOperationException("it was not answered");
        }
    }

    [Fact]
    public async Task Guest_that_was_never_identified_takes_the_long_way()
    {
        Assert.Equal(new TalkResult(TalkEnd.HandOver, 0), Answer(Talk(), Closing));
        Assert.Equal(new TalkResult(TalkEnd.Close, Closing.Length), Answer(await KnownGuestAsync(), Closing));
    }

    [Fact]
    public async Task What_follows_the_last_request_of_a_connection_is_left_to_Kestrel_with_that_request()
    {
        var talk = await KnownGuestAsync();
        var open = Plain + "\r\n";

        Assert.Equal(new TalkResult(TalkEnd.HandOver, 0), Answer(talk, Closing + "\r\n"));
        Assert.Equal(new TalkResult(TalkEnd.HandOver, open.Length), Answer(talk, open + Closing + open));
    }

    [Fact]
    public async Task Who_sends_many_requests_at_once_waits_its_turn_behind_Kestrel()
    {
        var talk = await KnownGuestAsync();
        var open = Plain + "\r\n";

        Assert.Equal(new TalkResult(TalkEnd.Open, 8 * open.Length), Answer(talk, string.Concat(Enumerable.Repeat(open, 8))));
        Assert.Equal(new TalkResult(TalkEnd.HandOver, 8 * open.Length), Answer(talk, string.Concat(Enumerable.Repeat(open, 9))));
    }

    [Fact]
    public async Task Who_asks_for_large_documents_at_once_gets_the_next_one_from_Kestrel_once_it_took_those_before()
    {
        await _identifier.IdentifyAsync(_peer.Query, CancellationToken.None);
        var upstream = new DocumentUpstream(DocumentUpstream.Instance with { UserData = new UserData(new byte[40 * 1024]) });
        var talk = new GuestTalk(PathTo(upstream), limiter: null, _metrics, _time, NullLogger<GuestTalk>.Instance);
        const string Large = "GET /openstack/latest/user_data HTTP/1.1\r\nHost: m\r\n\r\n";

        Assert.Equal(new TalkResult(TalkEnd.HandOver, 2 * Large.Length), Answer(talk, Large + Large + Large));
        Assert.Equal(new TalkResult(TalkEnd.Open, 2 * Large.Length), Answer(talk, Large + Large));
    }

    [Fact]
    public async Task Unknown_path_takes_the_long_way_once_a_second_to_look_who_has_the_address_now()
    {
        var talk = await KnownGuestAsync();
        const string Missing = "GET /openstack/latest/user_data HTTP/1.1\r\nHost: m\r\nConnection: close\r\n\r\n";
        var caller = new Caller(_peer.Query, _peer.ForwardedFor, TestAgent.HomeScope);

        Assert.Equal(TalkEnd.HandOver, Answer(talk, Missing).End);
        await _path.AnswerAsync(caller, new GuestRequest("GET", "/openstack/latest/user_data", default, HasContentLength: true), CancellationToken.None);
        Assert.Equal(TalkEnd.Close, Answer(talk, Missing).End);
        Assert.StartsWith("HTTP/1.1 404 Not Found\r\n", Encoding.ASCII.GetString(_answers.Written), StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TalkEnd.HandOver, Answer(talk, Missing).End);
    }

    [Fact]
    public async Task Request_is_counted_against_the_limit_once_whichever_way_it_goes()
    {
        using var limiter = new RateLimiter(new RateLimitOptions { BaseLimit = 2, BurstLimit = 100 }, _time);
        var talk = await KnownGuestAsync(limiter);
        const string Password = "GET /openstack/latest/password HTTP/1.1\r\nHost: m\r\nConnection: close\r\n\r\n";

        Assert.Equal(new TalkResult(TalkEnd.HandOver, 0, IsCounted: true), Answer(talk, Password));
        Assert.Equal(new TalkResult(TalkEnd.HandOver, 0), Answer(talk, "GET /x HTTP/1.1\r\nHost: m\r\n\r\n"));
        Assert.Equal(TalkEnd.Close, Answer(talk, Closing).End);
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", Encoding.ASCII.GetString(_answers.Written), StringComparison.Ordinal);
        Assert.Equal(TalkEnd.Close, Answer(talk, Closing).End);
        Assert.StartsWith("HTTP/1.1 429 Too Many Requests\r\n", Encoding.ASCII.GetString(_answers.Written), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fault_behind_it_leaves_the_request_to_the_long_way()
    {
        var talk = await KnownGuestAsync();
        _upstream.Fault = new InvalidDataException("made by the test");

        Assert.Equal(new TalkResult(TalkEnd.HandOver, 0), Answer(talk, Closing));
        Assert.Equal(0, _answers.Written.Length);
    }

    public async ValueTask DisposeAsync()
    {
        _metrics.Dispose();
        await _listeners.DisposeAsync();
    }

    private TalkResult Answer(GuestTalk talk, string received)
    {
        _answers.Clear();
        return talk.Answer(_listener, _peer, Encoding.ASCII.GetBytes(received), _answers);
    }

    private async Task<GuestTalk> KnownGuestAsync(RateLimiter? limiter = null)
    {
        await _identifier.IdentifyAsync(_peer.Query, CancellationToken.None);
        return Talk(limiter);
    }

    private GuestPath PathTo(DocumentUpstream upstream) =>
        new(_identifier, new Forwarder(upstream, new AgentOptions(), _time, NullLogger<Forwarder>.Instance), _time);

    private GuestTalk Talk(RateLimiter? limiter = null) => new(_path, limiter, _metrics, _time, NullLogger<GuestTalk>.Instance);
}
