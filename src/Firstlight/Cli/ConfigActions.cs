using System.CommandLine;
using System.CommandLine.Invocation;
using Firstlight.Configuration;

namespace Firstlight.Cli;

/// <summary><c>--check-config</c>: says what is wrong, or that nothing is, and ends.</summary>
internal sealed class CheckConfigAction(GlobalOptions globals) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var sources = globals.Sources(parseResult, RoleOf(parseResult));
        var settings = Settings.Load(sources);
        var output = parseResult.InvocationConfiguration.Output;
        foreach (var warning in settings.Warnings) output.WriteLine($"warning: {warning}");
        foreach (var difference in settings.Differences) output.WriteLine($"differs from Nova: {difference}");
        output.WriteLine($"configuration is in order ({(settings.Files.IsEmpty ? "no files, defaults only" : string.Join(", ", settings.Files))})");
        return ExitCodes.Ok;
    }

    /// <summary>The role of the verb on the command line.</summary>
    internal static ProgramRole RoleOf(ParseResult parse)
    {
        for (var result = parse.CommandResult; result is not null; result = result.Parent as System.CommandLine.Parsing.CommandResult)
            if (result.Command is Verb { Role: not ProgramRole.Commands } verb) return verb.Role;
        return ProgramRole.Commands;
    }
}

/// <summary><c>--print-config</c>: prints what is in force and ends.</summary>
internal sealed class PrintConfigAction(GlobalOptions globals) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        ConfigPrinter.Print(globals.Sources(parseResult, CheckConfigAction.RoleOf(parseResult)), parseResult.InvocationConfiguration.Output);
        return ExitCodes.Ok;
    }
}
