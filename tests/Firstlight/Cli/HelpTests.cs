using System.CommandLine;
using Firstlight.Cli;
using Firstlight.Tests.Support;

namespace Firstlight.Tests.Cli;

public sealed class HelpTests
{
    public static TheoryData<string> Verbs => [.. Walk(ProgramRun.Tree(), "")];

    private static IEnumerable<string> Walk(Command command, string path) =>
        command.Subcommands.SelectMany(c => Walk(c, $"{path} {c.Name}".Trim())).Prepend(path);

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Every_verb_shows_examples_that_name_it(string path)
    {
        var (code, output, _) = await ProgramRun.RunAsync([.. path.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);

        Assert.Equal(ExitCodes.Ok, code);
        Assert.Contains("Examples:", output, StringComparison.Ordinal);
        Assert.Contains($"firstlight {path}".TrimEnd(), output[output.IndexOf("Examples:", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Every_example_of_a_verb_parses(string path)
    {
        var tree = ProgramRun.Tree();
        var verb = path.Split(' ', StringSplitOptions.RemoveEmptyEntries).Aggregate((Command)tree, (c, name) => c.Subcommands.First(s => s.Name == name));

        foreach (var example in Assert.IsType<Verb>(verb).Examples)
        {
            var line = example[example.IndexOf("firstlight ", StringComparison.Ordinal)..].Split(['#', '>'])[0];
            var parse = tree.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..]);
            Assert.False(UsageHint.IsNeeded(parse), $"{example}: {(UsageHint.IsNeeded(parse) ? UsageHint.For(parse) : "")}");
        }
    }

    [Theory]
    [InlineData("", "a verb is missing")]
    [InlineData("netwrok list", "did you mean 'network'?")]
    [InlineData("network lst", "did you mean 'list'?")]
    [InlineData("network", "a verb is missing: list, show, create, delete")]
    [InlineData("network create", "NAME")]
    [InlineData("network create blue --mut 9000", "did you mean '--mtu'?")]
    [InlineData("network create --mut", "'--mut' is no option")]
    [InlineData("network list --confg-file x", "did you mean '--config-file'?")]
    [InlineData("network list -o xml", "'xml' is not one of table, json, yaml")]
    [InlineData("subnet create s --network n --cidr 10.0.0.1/24", "'10.0.0.1/24' is not a prefix")]
    [InlineData("subnet create s --network n --cidr 10.0.0.0/24 --gateway 10.1", "--gateway: '10.1' is not an address or none")]
    [InlineData("port create p --network n --mac-address fa:16:3e", "is not a MAC")]
    [InlineData("server create s --nic blue,color=red", "is not NETWORK[,ip=ADDRESS]")]
    [InlineData("get x --url ftp://y", "is not a URL")]
    [InlineData("keypair create k", "--public-key")]
    public async Task Wrong_usage_is_one_line_with_a_hint_and_code_2(string line, string hint)
    {
        var (code, output, error) = await ProgramRun.RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal((ExitCodes.Usage, ""), (code, output));
        Assert.Contains(hint, Assert.Single(error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
        Assert.Contains("--help'", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_is_one_line()
    {
        var (code, output, _) = await ProgramRun.RunAsync("--version");

        Assert.Equal(ExitCodes.Ok, code);
        Assert.Matches(@"\Afirstlight \d+\.\d+\.\d+( \(commit [0-9a-f]{7,12}\))?\n\z", output);
    }
}
