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

    // Not written is not lost, whatever happens meanwhile; and it takes a flush to disk.
    [Theory]
    [InlineData("+ network:n1 Bridge brq1\n+ network:n1 Link tap1\n", true)]
    [InlineData("", true)]
    [InlineData("+ network:n1 Bridge brq1\n+ network:n1 Link tap1\n- network:n1 Link tap1\n", false)]
    [InlineData("+ network:n1 Bridge brq1\n+ network:n1 Bridge brq1\n", false)]
    [InlineData("+ network:n1 Bridge brq1\n- network:n1 Link tap1\n", false)]
    [InlineData("+ network:n1 Bridge brq1\n+ network:n1 Li", false)]
    [InlineData("+ network:n1 Bridge brq1\nnothing\n", false)]
    public void It_is_rewritten_at_a_start_only_where_something_was_struck_out_or_torn(string before, bool isKept)
    {
        Directory.CreateDirectory(Path.Combine(_state, "plumbing"));
        var path = Path.Combine(_state, "plumbing", "journal");
        File.WriteAllText(path, before);
        using var old = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
        using (var journal = Journal.Open(_state)) journal.Record(new Thing(Owner, ThingKind.Daemon, "dhcp/1"));

        // The file of before has grown only if it is still the journal.
        Assert.Equal(isKept, RandomAccess.GetLength(old) > before.Length);
        using var next = Journal.Open(_state);
        Assert.Contains("dhcp/1", next.Of(Owner).Select(t => t.Name));
        Assert.Equal(before.Contains("brq1", StringComparison.Ordinal), next.Of(Owner).Any(t => t.Name == "brq1"));
    }

    public void Dispose() => Directory.Delete(_state, recursive: true);
}
