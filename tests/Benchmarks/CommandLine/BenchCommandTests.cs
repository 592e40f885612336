using Firstlight.Bench.CommandLine;
using Firstlight.Bench.Scenarios;

namespace Firstlight.Bench.Tests.CommandLine;

public sealed class BenchCommandTests
{
    [Fact]
    public void Nothing_asked_for_is_the_path_for_the_record()
    {
        var command = Parse();

        var path = Assert.Single(command.Scenarios);
        Assert.Equal("path", path.Name);
        Assert.True(command.For(path).ForTheRecord);
    }

    [Fact]
    public void All_is_every_scenario() => Assert.Equal(ScenarioList.All, Parse("all", "--quick").Scenarios);

    [Theory]
    [InlineData("path", "--quick")]
    [InlineData("path", "--peers", "firstlight,nginx")]
    [InlineData("scale", "--sizes", "1,4000")]
    public void A_run_that_is_short_or_leaves_one_out_is_for_no_record(params string[] arguments)
    {
        var command = Parse(arguments);

        Assert.False(command.For(command.Scenarios[0]).ForTheRecord);
    }

    [Theory]
    [InlineData("unknown argument pth", "pth")]
    [InlineData("--rounds wants a number", "--rounds", "many")]
    [InlineData("--rounds wants a value", "--rounds")]
    [InlineData("--sizes wants a number", "scale", "--sizes", "10,many")]
    [InlineData("--sizes is for scale", "path", "--sizes", "10")]
    [InlineData("'all' stands alone", "all", "path")]
    public void What_makes_no_sense_is_refused_in_one_line(string complaint, params string[] arguments) =>
        Assert.Contains(complaint, Assert.Throws<BenchException>(() => Parse(arguments)).Message, StringComparison.Ordinal);

    [Fact]
    public void Sizes_are_taken_from_the_smallest()
    {
        var command = Parse("scale", "--sizes", "4000,1");

        Assert.Equal([1, 4000], command.For(command.Scenarios[0]).Sizes);
    }

    [Fact]
    public void A_peer_that_a_scenario_does_not_have_is_refused()
    {
        var command = Parse("path", "--peers", "nova");

        Assert.Contains("path has no peer nova", Assert.Throws<BenchException>(() => command.For(command.Scenarios[0])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_help_names_every_scenario()
    {
        var help = Help.Text();

        Assert.All(ScenarioList.All, s => Assert.Contains($"  {s.Name} ", help, StringComparison.Ordinal));
    }

    private static BenchCommand Parse(params string[] arguments) => BenchCommand.Parse(["--root", "/checkout", .. arguments]);
}
