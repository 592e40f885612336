using System.Net;
using Firstlight.Agent.Tests.Support;
using Firstlight.Bench.Load;
using Firstlight.Bench.Load.Crowds;
using Firstlight.Bench.Tests.Support;
using Firstlight.Plumbing.Namespaces;

namespace Firstlight.Bench.Tests.Load;

public sealed class CrowdTests
{
    private static readonly IPEndPoint Service = new(IPAddress.Parse("169.254.169.254"), 80);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Every_guest_asks_its_questions_in_order_from_its_own_address_in_its_own_namespace()
    {
        // The same addresses in both: only the namespace tells who asks.
        using var one = new TestNamespace().WithGuests("10.9.0.1", "10.9.0.2");
        using var other = new TestNamespace().WithGuests("10.9.0.1", "10.9.0.2");
        using var serverOne = new OnePageServer(one, (from, _) => OnePageServer.Page($"one {from}"));
        using var serverOther = new OnePageServer(other, (from, _) => OnePageServer.Page($"other {from}"));
        Boot[] boots = [Guest(0, "10.9.0.1", "one 10.9.0.1"), Guest(0, "10.9.0.2", "one 10.9.0.2"), Guest(1, "10.9.0.1", "other 10.9.0.1"), Guest(1, "10.9.0.2", "other 10.9.0.2")];

        await AskAsync([one, other], boots);

        Assert.All(boots, b => Assert.Empty(b.Failures));
        Assert.All(boots, b => Assert.Equal(NewConnections.Boot.Count, b.RequestMs.Count));
        Assert.All(boots, b => Assert.True(b.Ended - b.Began >= TimeSpan.FromMilliseconds(b.RequestMs.Sum() * 0.999)));
        foreach (var server in (OnePageServer[])[serverOne, serverOther])
        {
            foreach (var guest in server.Asked.GroupBy(a => a.From.ToString())) Assert.Equal(NewConnections.Boot, guest.Select(a => a.Path));
        }

        Assert.Equal(0, ThreadNamespaceCheck.CountInfected());
    }

    [Fact]
    public async Task A_document_of_somebody_else_is_a_failure()
    {
        using var space = new TestNamespace().WithGuests("10.9.0.1");
        using var server = new OnePageServer(space, (_, _) => OnePageServer.Page("another instance"));
        var boot = Guest(0, "10.9.0.1", "mine");

        await AskAsync([space], [boot]);

        Assert.Equal(["foreign"], boot.Failures);
    }

    [Fact]
    public async Task Refusals_are_failures_by_their_status_and_the_guest_goes_on()
    {
        using var space = new TestNamespace().WithGuests("10.9.0.1");
        using var server = new OnePageServer(space, (_, path) => OnePageServer.Page("mine", path == "/latest/meta-data/hostname" ? 503 : 200, close: true));
        var boot = Guest(0, "10.9.0.1", "mine");

        await AskAsync([space], [boot]);

        Assert.Equal(["503"], boot.Failures);
        Assert.Equal(NewConnections.Boot.Count - 1, boot.RequestMs.Count);
    }

    [Fact]
    public async Task Where_nobody_listens_every_question_is_refused()
    {
        using var space = new TestNamespace().WithGuests("10.9.0.1");
        var boot = Guest(0, "10.9.0.1", "mine");

        await AskAsync([space], [boot]);

        Assert.Equal(NewConnections.Boot.Count, boot.Failures.Count(f => f == nameof(Outcome.Refused)));
    }

    [Fact]
    public async Task An_answer_that_does_not_come_is_waited_for_as_long_as_the_guest_is_patient()
    {
        using var space = new TestNamespace().WithGuests("10.9.0.1");
        using var server = new OnePageServer(space, (_, path) => path == "/openstack/latest/user_data" ? null : OnePageServer.Page("mine"));
        var boot = Guest(0, "10.9.0.1", "mine");

        await new Crowd([space.Path], Service, TimeSpan.FromMilliseconds(300)).RunAsync([boot], TestContext.Current.CancellationToken);

        Assert.Equal([nameof(Outcome.TimedOut)], boot.Failures.Distinct());
        Assert.True(boot.Ended - boot.Began >= TimeSpan.FromMilliseconds(300));
    }

    [Fact]
    public async Task An_answer_cut_short_is_a_broken_one()
    {
        using var space = new TestNamespace().WithGuests("10.9.0.1");
        using var server = new OnePageServer(space, (_, _) => "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 100\r\n\r\nshort");
        var boot = Guest(0, "10.9.0.1", "mine");

        await AskAsync([space], [boot]);

        Assert.Equal([nameof(Outcome.Broken)], boot.Failures.Distinct());
    }

    [Fact]
    public async Task Those_that_ask_steadily_take_turns_among_all_guests_until_told_to_end()
    {
        using var space = new TestNamespace().WithGuests("10.9.0.1", "10.9.0.2", "10.9.0.3");
        using var server = new OnePageServer(space, (_, _) => OnePageServer.Page("mine", close: true));
        var rota = new Rota([.. Enumerable.Range(1, 3).Select(n => (0, IPAddress.Parse($"10.9.0.{n}")))]);
        var asked = 0;
        Steady[] members = [.. Enumerable.Range(0, 4).Select(_ => new Steady(rota, "/x", () => asked++ >= 90))];

        await AskAsync([space], members);

        Assert.Equal(90, members.Sum(m => m.RequestMs.Count));
        Assert.Equal([30, 30, 30], server.Asked.GroupBy(a => a.From).Select(g => g.Count()));
        Assert.All(members, m => Assert.Equal((0, 0), (m.PutOff, m.Failed)));
    }

    private static Boot Guest(int place, string address, string instance) => new(place, new BootingGuest(IPAddress.Parse(address), instance));

    private static Task<double> AskAsync(TestNamespace[] spaces, IReadOnlyList<Member> members) =>
        new Crowd([.. spaces.Select(s => s.Path)], Service, Patience).RunAsync(members, TestContext.Current.CancellationToken);
}
