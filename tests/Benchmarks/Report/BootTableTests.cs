using Firstlight.Bench.Machine;
using Firstlight.Bench.Report;

namespace Firstlight.Bench.Tests.Report;

public sealed class BootTableTests
{
    [Fact]
    public void Guests_that_all_boot_in_time_meet_the_budget()
    {
        var text = BootTable.Render(Result(Booting(Storm.Ways.Ours, 200, seconds: 1.5)));

        Assert.Contains("200 guests: none failed, all booted in **1.5 s**; budget 2 s and none fails, met", text, StringComparison.Ordinal);
    }

    [Fact]
    public void One_failed_request_breaks_it_however_fast_the_rest_was()
    {
        var result = Result(Booting(Storm.Ways.Ours, 200, seconds: 1.5, failed: 1));

        Assert.Contains("**1 of 5600 requests failed**", BootTable.Render(result), StringComparison.Ordinal);
        Assert.Contains("budget 2 s and none fails, **not met**", BootTable.Render(result), StringComparison.Ordinal);
        Assert.Contains("503 1", BootTable.Render(result), StringComparison.Ordinal);
        Assert.NotNull(BootTable.Complaint(result));
    }

    [Fact]
    public void What_the_real_path_does_not_bear_is_shown_and_no_complaint()
    {
        var result = Result(Booting(Storm.Ways.Ours, 200, seconds: 1), Booting(Storm.Ways.Real, 100, seconds: 40, failed: 7));

        Assert.Contains("the real path, 100 guests: **7 of 2800 requests failed**, all booted in **40 s**, 40× of 200 on ours", BootTable.Render(result), StringComparison.Ordinal);
        Assert.Null(BootTable.Complaint(result));
    }

    [Fact]
    public void A_guest_that_hammers_is_shown_by_what_the_others_notice()
    {
        var result = Result(Booting(Storm.Ways.Ours, 200, seconds: 1), Booting(Storm.Ways.Hammered, 200, seconds: 3, hammered: 5600));

        Assert.Contains("p99 of a boot **3.00×** of what it is without; it got 50 % of the answers", BootTable.Render(result), StringComparison.Ordinal);
    }

    private static Storm Booting(string way, int guests, double seconds, int failed = 0, long? hammered = null) => new(
        way, way, guests,
        [
            new(
                guests * 28, failed, failed == 0 ? new Dictionary<string, int>() : new Dictionary<string, int> { ["503"] = failed }, seconds, new(1, 2, 3), new(seconds * 900, seconds * 1000, seconds * 1000), 50,
                hammered is { } answered ? new(answered, 0, 0) : null),
        ]);

    private static BootResult Result(params Storm[] storms) => new(
        "boot", DateTimeOffset.UnixEpoch, new Host("cpu", 2, 1024, "6", "Debian", 100, "abc", new Dictionary<string, string>()), new(1, 20, 28, 10, 256), storms);
}
