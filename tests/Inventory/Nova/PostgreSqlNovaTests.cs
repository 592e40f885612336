using Firstlight.Inventory.Nova;
using Firstlight.Metadata.Identity;
using Microsoft.Extensions.Logging.Abstractions;

namespace Firstlight.Inventory.Tests.Nova;

public sealed class PostgreSqlNovaTests(PostgreSqlServer server) : NovaSuite(server), IClassFixture<PostgreSqlServer>
{
    [Fact]
    public async Task An_id_is_compared_to_the_letter()
    {
        await using var source = Source();

        Assert.Null(await source.FindAsync(new InstanceId(RecordedFacts.All["plain"].Id.Value.ToUpperInvariant()), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Statements_stay_prepared_on_their_connection()
    {
        Assert.Equal((true, 1), await PreparedAsync(Server.Url("nova")));
    }

    // Behind one that gives each transaction another session, a prepared statement would be unknown, or somebody else's.
    [Fact]
    public async Task Behind_a_pooler_nothing_is_prepared()
    {
        await using var pooler = new PoolerStandIn(Url("nova").Hosts[0].Port!.Value);

        Assert.Equal((false, 0), await PreparedAsync(Server.Url("nova").Replace($":{Url("nova").Hosts[0].Port}/", $":{pooler.Port}/", StringComparison.Ordinal)));
    }

    private static async Task<(bool? IsPreparing, int OfInstances)> PreparedAsync(string url)
    {
        PostgreSqlSource? opened = null;
        var options = new NovaOptions { LocalPerCell = true, DefaultUrl = SqlAlchemyUrl.Parse(url, "test"), CellTimeout = TimeSpan.FromSeconds(20) };
        var open = DatabaseDrivers.Opener(options);
        await using var source = new NovaInstanceSource(options, of => opened = (PostgreSqlSource)open(of), TimeProvider.System, NullLogger<NovaInstanceSource>.Instance);
        // The first finds out how things are, the next two are what a statement must be used to be prepared.
        for (var i = 0; i < 4; i++) Assert.NotNull(await source.FindAsync(RecordedFacts.All["plain"].Id, TestContext.Current.CancellationToken));

        await using var connection = await opened!.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT COUNT(*) FROM pg_prepared_statements WHERE statement LIKE '%FROM instances i%'";
        return (opened.IsPreparing, Convert.ToInt32(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken)));
    }
}
