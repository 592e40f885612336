using System.Net;
using Firstlight.Agent.Forward;
using Firstlight.Agent.Tests.Support;
using Firstlight.Inventory;
using Firstlight.Metadata.Identity;
using Microsoft.Extensions.Logging.Abstractions;

namespace Firstlight.Agent.Tests.Guests;

/// <summary>An address that changed hands while the directory remembered its last owner.</summary>
public sealed class RevalidationTests : IAsyncDisposable
{
    private readonly CachingDirectory _directory = new();
    private readonly TestUpstream _upstream = new();
    private readonly SteppedTime _time = new();
    private AgentServer? _agent;

    public RevalidationTests() => _upstream.Answer = (request, _) =>
        new(request.InstanceId.Value is "new" ? TestUpstream.Text(200, $"{request.Method} of new, {request.Body.Length} bytes") : TestUpstream.Text(404, "no"));

    public async ValueTask DisposeAsync()
    {
        if (_agent is not null) await _agent.DisposeAsync();
    }

    [Theory]
    [InlineData("GET /x HTTP/1.1\r\nHost: m\r\nConnection: close\r\n\r\n", "GET of new, 0 bytes")]
    [InlineData("POST /x HTTP/1.1\r\nHost: m\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi", "POST of new, 2 bytes")]
    public async Task New_owner_of_an_address_is_served_at_once(string request, string expected)
    {
        _directory.Fresh = Port("new");

        Assert.Equal(expected, (await GuestClient.SendHomeAsync(await StartAsync(), request)).Text);
        Assert.Equal(["old", "new"], _upstream.Asked.Select(asked => asked.InstanceId.Value));
        Assert.Equal(TestAgent.Signature.Sign(new("new")), _upstream.Asked.Last().Signature);
    }

    [Fact]
    public async Task Same_owner_is_not_asked_for_twice()
    {
        _directory.Fresh = Port("old");

        Assert.Equal(404, (await GuestClient.GetHomeAsync(await StartAsync(), "/x")).Status);
        Assert.Single(_upstream.Asked);
    }

    [Theory]
    [InlineData(PortOutcome.Unknown)]
    [InlineData(PortOutcome.Ambiguous)]
    public async Task Address_that_is_nobody_s_by_now_reads_as_not_found(PortOutcome outcome)
    {
        _directory.Fresh = new PortLookup(outcome, null);

        Assert.Equal(404, (await GuestClient.GetHomeAsync(await StartAsync(), "/x")).Status);
        Assert.Single(_upstream.Asked);
    }

    [Fact]
    public async Task Directory_that_is_away_leaves_the_answer_as_it_is()
    {
        _directory.Fresh = null;

        Assert.Equal(404, (await GuestClient.GetHomeAsync(await StartAsync(), "/x")).Status);
        Assert.Equal(1, _directory.FreshLooks);
    }

    [Fact]
    public async Task Guest_that_tries_paths_does_not_make_the_directory_busy()
    {
        _directory.Fresh = Port("old");
        var home = await StartAsync();

        // The clock runs besides: what is counted is bounded by the seconds that passed.
        var began = _time.GetTimestamp();
        for (var i = 0; i < 20; i++) await GuestClient.GetHomeAsync(home, $"/{i}");
        var seconds = (int)_time.GetElapsedTime(began).TotalSeconds;
        Assert.InRange(_directory.FreshLooks, 1, 1 + seconds);

        var looks = _directory.FreshLooks;
        _time.Step(TimeSpan.FromSeconds(1));
        await GuestClient.GetHomeAsync(home, "/again");
        Assert.Equal(looks + 1, _directory.FreshLooks);
        Assert.Equal(21, _upstream.Asked.Count);
    }

    [Fact]
    public async Task Found_document_asks_nothing_afresh()
    {
        _directory.Cached = Port("new");

        Assert.Equal(200, (await GuestClient.GetHomeAsync(await StartAsync(), "/x")).Status);
        Assert.Equal(0, _directory.FreshLooks);
    }

    private async Task<IPEndPoint> StartAsync()
    {
        var options = new AgentOptions { HomeListeners = [new HomeListener(new(IPAddress.Loopback, 0), TestAgent.HomeScope)] };
        _agent = new AgentServer(options, TestAgent.Signature, _directory, _upstream, _time, NullLoggerFactory.Instance);
        await _agent.StartAsync(CancellationToken.None);
        var listener = _agent.Describe().Listeners.Single();
        return new(listener.Address, listener.Port);
    }

    private static PortLookup Port(string instance) => new(PortOutcome.Found, new FoundPort("port", new InstanceId(instance), new ProjectId("project"), "home"));

    /// <summary>Remembers one answer and has another in its store.</summary>
    private sealed class CachingDirectory : IPortDirectory
    {
        private int _freshLooks;

        public PortLookup Cached { get; set; } = Port("old");

        public PortLookup? Fresh { get; set; }

        public int FreshLooks => Volatile.Read(ref _freshLooks);

        public ValueTask<PortLookup> FindAsync(PortQuery query, CancellationToken cancellationToken) => new(Cached);

        public async ValueTask<PortLookup> FindAfreshAsync(PortQuery query, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _freshLooks);
            await Task.Yield();
            return Fresh ?? throw new InventoryUnavailableException("taken away by the test");
        }
    }
}
