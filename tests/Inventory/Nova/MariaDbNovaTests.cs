using Firstlight.Metadata.Identity;

namespace Firstlight.Inventory.Tests.Nova;

public sealed class MariaDbNovaTests(MariaDbNova server) : NovaSuite(server), IClassFixture<MariaDbNova>
{
    [Fact]
    public async Task The_case_of_an_id_does_not_matter_and_the_stored_one_is_told()
    {
        var recorded = RecordedFacts.All["plain"];
        await using var source = Source();

        var found = await source.FindAsync(new InstanceId(recorded.Id.Value.ToUpperInvariant()), TestContext.Current.CancellationToken);

        Assert.Equal(RecordedFacts.Comparable(recorded), RecordedFacts.Comparable(found!));
    }
}
