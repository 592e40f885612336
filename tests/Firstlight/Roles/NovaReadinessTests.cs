using Firstlight.Inventory.Nova;
using Firstlight.Roles;

namespace Firstlight.Tests.Roles;

public sealed class NovaReadinessTests
{
    private static readonly DatabaseState Well = new("nova on db1", null);
    private static readonly DatabaseState Down = new("nova_cell2 on db2", "no answer within 5 s");

    [Fact]
    public async Task All_databases_well_is_ready_and_each_problem_is_named()
    {
        IReadOnlyList<DatabaseState> states = [Well];
        var readiness = new NovaReadiness(_ => Task.FromResult(states));
        Assert.Null(await readiness.CheckAsync(CancellationToken.None));

        states = [Well, Down];
        Assert.Equal("nova_cell2 on db2: no answer within 5 s", await readiness.CheckAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_database_that_hangs_is_named_once_it_was_found_out_and_asked_only_once_meanwhile()
    {
        var found = new TaskCompletionSource<IReadOnlyList<DatabaseState>>();
        var asked = 0;
        var readiness = new NovaReadiness(_ =>
        {
            asked++;
            return found.Task;
        });

        var first = readiness.CheckAsync(CancellationToken.None).AsTask();
        var second = readiness.CheckAsync(CancellationToken.None).AsTask();
        Assert.Contains("not all have answered", await first, StringComparison.Ordinal);
        Assert.Contains("not all have answered", await second, StringComparison.Ordinal);
        Assert.Equal(1, asked);

        found.SetResult([Well, Down]);
        found = new TaskCompletionSource<IReadOnlyList<DatabaseState>>();
        Assert.Equal("nova_cell2 on db2: no answer within 5 s", await readiness.CheckAsync(CancellationToken.None));
    }
}
