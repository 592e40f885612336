using Firstlight.Doctor;
using Firstlight.Doctor.Checks;

namespace Firstlight.Tests.Doctor;

public sealed class ExaminationTests
{
    [Fact]
    public async Task Hops_that_hang_on_a_wrong_one_are_not_looked_at_and_the_others_are()
    {
        var found = await WalkAsync(
            new Check("a", [], () => Finding.Wrong("a", "seen", "why", "mend")),
            new Check("b", ["a"], () => throw new InvalidOperationException("looked at")),
            new Check("c", ["b"], () => throw new InvalidOperationException("looked at")),
            new Check("d", [], () => Finding.Odd("d", "seen", "why", "mend")),
            new Check("e", ["d"], () => Finding.Right("e", "seen")));

        Assert.Equal(
            [FindingState.Wrong, FindingState.NotLookedAt, FindingState.NotLookedAt, FindingState.Odd, FindingState.Right],
            found.Select(f => f.State));
        Assert.Equal("hangs on a", found[1].Seen);
    }

    [Fact]
    public async Task What_cannot_be_looked_at_is_wrong_and_does_not_end_the_walk()
    {
        var found = await WalkAsync(
            new Check("a", [], () => throw new IOException("gone\naway")),
            new Check("b", [], () => Finding.Right("b", "seen")));

        Assert.Equal((FindingState.Wrong, "gone away"), (found[0].State, found[0].Why));
        Assert.Equal(FindingState.Right, found[1].State);
    }

    [Fact]
    public void Lines_have_marks_and_reasons_and_no_control_characters()
    {
        var plain = new StringWriter();
        var lines = new FindingLines(plain, colour: false);
        lines.Write(Finding.Right("port", "web\e[31m"));
        lines.Write(Finding.Wrong("dhcp", "none", "it died", "start it"));
        lines.Write(Finding.NotLookedAt("route", "hangs on dhcp"));

        Assert.Equal(
            """
            ✓ port          web [31m
            ✗ dhcp          none
                            why:  it died
                            mend: start it
            – route         not looked at: hangs on dhcp

            """,
            plain.ToString());
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("redirect to :9697", "redirect")]
    [InlineData("mark set", "mark on packets")]
    [InlineData("accept", "lets marked packets in")]
    public void A_missing_rule_is_named(string without, string? missing)
    {
        string[] rules =
        [
            "\t\tiifname \"qr-*\" ip daddr 169.254.169.254 tcp dport 80 meta mark set meta mark & 0xffff0000 | 0x00000001",
            "\t\tiifname \"qr-*\" ip daddr 169.254.169.254 tcp dport 80 redirect to :9697",
            "\t\tmeta mark & 0x0000ffff == 0x00000001 accept",
        ];

        var judged = RulesCheck.Judge(string.Join('\n', rules.Where(r => without.Length == 0 || !r.Contains(without, StringComparison.Ordinal))), "169.254.169.254", 9697);

        Assert.Contains(missing ?? "", judged?.Missing ?? "");
        Assert.Equal(missing is null, judged is null);
    }

    private static async Task<List<Finding>> WalkAsync(params ICheck[] checks)
    {
        var found = new List<Finding>();
        await foreach (var finding in Examination.WalkAsync(checks, TestContext.Current.CancellationToken)) found.Add(finding);
        return found;
    }

    private sealed class Check(string hop, string[] needs, Func<Finding> look) : ICheck
    {
        public string Hop => hop;

        public IReadOnlyList<string> Needs => needs;

        public Task<Finding> LookAsync(CancellationToken cancellationToken) => Task.FromResult(look());
    }
}
