using Firstlight.Cli;
using Firstlight.Cli.Verbs;

namespace Firstlight.Tests.Support;

/// <summary>Runs a command line in this process, as Program does.</summary>
internal static class ProgramRun
{
    public static Verb Tree() => ProgramVerbs.Tree();

    public static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        var code = await CommandLine.RunAsync(Tree(), arguments, output, error, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
