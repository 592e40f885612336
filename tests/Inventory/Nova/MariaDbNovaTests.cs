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

    // A round trip is what a first request costs most.
    [Fact]
    public async Task Another_instance_is_read_with_one_statement_for_its_cell_and_one_for_its_facts_both_prepared_already()
    {
        await using var source = Source();
        await source.FindAsync(RecordedFacts.All["plain"].Id, TestContext.Current.CancellationToken);
        var (executed, prepared) = await StatementsAsync();

        Assert.NotNull(await source.FindAsync(RecordedFacts.All["v6only"].Id, TestContext.Current.CancellationToken));

        Assert.Equal((executed + 2, prepared), await StatementsAsync());
    }

    [Fact]
    public async Task A_password_the_column_cannot_hold_is_refused_for_good_and_is_no_fault_of_the_database()
    {
        var id = RecordedFacts.All["pwlimits"].Id;
        await using var source = Source();

        await Assert.ThrowsAsync<InvalidDataException>(async () => await source.SetPasswordAsync(id, "key \U0001F511", TestContext.Current.CancellationToken));

        Assert.Equal("", (await source.FindAsync(id, TestContext.Current.CancellationToken))!.Password);
        Assert.Equal("0", await Server.AskAsync("nova", $"SELECT COUNT(*) FROM instance_system_metadata s WHERE s.instance_uuid = '{id}' AND s.key LIKE 'password%'"));
    }

    private async Task<(long Executed, long Prepared)> StatementsAsync() => (await CountAsync("COM_STMT_EXECUTE"), await CountAsync("COM_STMT_PREPARE"));

    private async Task<long> CountAsync(string counter) => long.Parse(
        (await Server.AskAsync("nova", $"SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = '{counter}'"))!,
        System.Globalization.CultureInfo.InvariantCulture);
}
