using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Plumbing.Tests.Reconcile;

public sealed class JournalTests : IDisposable
{
    private static readonly Unit Owner = new(UnitKind.Network, "n1");
    private readonly string _state = Directory.CreateTempSubdirectory("firstlight-journal-").FullName;

    [Fact]
    public void What_was_recorded_and_not_struck_out_is_there_after_a_restart_in_order_of_removal()
    {
        using (var journal = Journal.Open(_state))
        {
            journal.Record(new Thing(Owner, ThingKind.Bridge, "brq1"), new Thing(Owner, ThingKind.Namespace, "qdhcp-1"), new Thing(Owner, ThingKind.Daemon, "dhcp/1"));
            journal.Record(new Thing(Owner, ThingKind.Link, "tap1"));
            journal.Forget(new Thing(Owner, ThingKind.Namespace, "qdhcp-1"));
        }

        using var next = Journal.Open(_state);

        Assert.Equal([Owner], next.Owners());
        Assert.Equal(["dhcp/1", "tap1", "brq1"], next.Of(Owner).Select(t => t.Name));
    }

    [Fact]
    public void A_torn_last_line_is_passed_over_and_later_lines_are_whole()
    {
        Directory.CreateDirectory(Path.Combine(_state, "plumbing"));
        File.WriteAllText(Path.Combine(_state, "plumbing", "journal"), "+ network:n1 Bridge brq1\n+ network:n1 Li");
        using (var journal = Journal.Open(_state)) journal.Record(new Thing(Owner, ThingKind.Link, "tap1"));

        using var next = Journal.Open(_state);

        Assert.Equal(["tap1", "brq1"], next.Of(Owner).Select(t => t.Name));
    }

    public void Dispose() => Directory.Delete(_state, recursive: true);
}
