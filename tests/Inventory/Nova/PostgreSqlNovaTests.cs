using Firstlight.Metadata.Identity;

namespace Firstlight.Inventory.Tests.Nova;

public sealed class PostgreSqlNovaTests(PostgreSqlServer server) : NovaSuite(server), IClassFixture<PostgreSqlServer>
{
    [Fact]
    public async Task An_id_is_compared_to_the_letter()
    {
        await using var source = Source();

        Assert.Null(await source.FindAsync(new InstanceId(RecordedFacts.All["plain"].Id.Value.ToUpperInvariant()), TestContext.Current.CancellationToken));
    }
}
