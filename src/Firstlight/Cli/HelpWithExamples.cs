using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Firstlight.Cli;

/// <summary>Help as the library lays it out, then examples of the verb, and the exit codes on the program's own page.</summary>
internal sealed class HelpWithExamples : SynchronousCommandLineAction
{
    private readonly HelpAction _layout = new() { MaxWidth = Console.IsOutputRedirected ? 120 : Math.Max(60, Console.WindowWidth) };

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        _layout.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        if (parseResult.CommandResult.Command is Verb { Examples.IsEmpty: false } verb)
        {
            output.WriteLine("Examples:");
            foreach (var example in verb.Examples) output.WriteLine($"  {example}");
            output.WriteLine();
        }

        if (parseResult.CommandResult == parseResult.RootCommandResult)
        {
            output.WriteLine("Exit codes:");
            foreach (var (code, meaning) in ExitCodes.Table) output.WriteLine($"  {code,3}  {meaning}");
        }

        return ExitCodes.Ok;
    }
}
