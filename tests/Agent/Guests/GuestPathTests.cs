using System.Net;
using Firstlight.Agent.Forward;
using Firstlight.Agent.Guests;
using Firstlight.Agent.Identify;
using Firstlight.Agent.Tests.Support;
using Firstlight.Inventory;
using Firstlight.Metadata.Identity;
using Microsoft.Extensions.Logging.Abstractions;

namespace Firstlight.Agent.Tests.Guests;

public sealed class GuestPathTests
{
    [Fact]
    public void Known_guest_is_answered_at_once_and_costs_one_object()
    {
        var options = new AgentOptions();
        var identifier = new Identifier(new OnePort(), TestAgent.Signature, options, TimeProvider.System, NullLogger<Identifier>.Instance);
        var path = new GuestPath(identifier, new Forwarder(new OneDocument(), options, TimeProvider.System, NullLogger<Forwarder>.Instance), TimeProvider.System);
        var caller = new Caller(new PortQuery(TestAgent.HomeScope, IPAddress.Loopback, Mac: null), "127.0.0.1", TestAgent.HomeScope);
        var request = new GuestRequest("GET", "/openstack/latest/meta_data.json", default, HasContentLength: true);
        const int Times = 1000;
        Answer();

        // A collection of another test's counts what was left of this thread's piece of the heap, so the best of a few is what it costs.
        var each = Enumerable.Range(0, 5).Min(_ => Allocated());

        // The signed request itself: eight references and a flag.
        Assert.InRange(each, 1, 128);

        long Allocated()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < Times; i++) Answer();
            return (GC.GetAllocatedBytesForCurrentThread() - before) / Times;
        }

        void Answer()
        {
            var answering = path.AnswerAsync(caller, request, CancellationToken.None);
            Assert.True(answering.IsCompletedSuccessfully && answering.Result.Status == 200);
        }
    }

    private sealed class OneDocument : IUpstream
    {
        private readonly UpstreamAnswer _answer = TestUpstream.Text(200, "{}");

        public ValueTask<UpstreamAnswer> SendAsync(SignedRequest request, CancellationToken cancellationToken) => new(_answer);
    }
}
