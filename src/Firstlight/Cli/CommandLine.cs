using System.CommandLine;
using System.CommandLine.Help;
using Firstlight.Configuration;
using Firstlight.Inventory;

namespace Firstlight.Cli;

/// <summary>The command line: one tree of verbs, one way to end.</summary>
internal static class CommandLine
{
    /// <summary>Builds the tree.</summary>
    /// <param name="verbs">One builder a verb, in the order help lists them.</param>
    public static Verb Root(params Func<GlobalOptions, Command>[] verbs)
    {
        var globals = new GlobalOptions();
        var root = new Verb(
            "firstlight",
            "OpenStack-compatible instance metadata: tells guests at 169.254.169.254 who they are.",
            "firstlight standalone --check-config",
            "firstlight apply cloud.yaml --dry-run     # what a cloud file would change",
            "firstlight server list -o json",
            "firstlight get web-1 network_data.json    # what this guest would be told");
        foreach (var build in verbs) root.Add(build(globals));
        foreach (var option in globals.All) root.Add(option);
        root.Add(new HelpOption { Action = new HelpWithExamples() });
        root.Add(new Option<bool>("--version") { Description = "Print version and commit.", Action = new VersionAction() });
        return root;
    }

    /// <summary>Runs one command line to its exit code. Every failure of the world is one line a broken rule on <paramref name="error"/>.</summary>
    public static async Task<int> RunAsync(Command root, IReadOnlyList<string> arguments, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        // A file is never meant by '@' here: cloud-init and users have it in names.
        var parse = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (UsageHint.IsNeeded(parse) && parse.Action is not { ClearsParseErrors: true })
        {
            await error.WriteLineAsync(UsageHint.For(parse));
            return ExitCodes.Usage;
        }

        try
        {
            // Signals are the verbs' own business (Lifecycle), and so are exceptions.
            return await parse.InvokeAsync(
                new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null },
                cancellationToken);
        }
        catch (ConfigurationException e)
        {
            foreach (var line in e.Lines) await error.WriteLineAsync($"firstlight: {line}");
            return ExitCodes.Config;
        }
        catch (InventoryRuleException e)
        {
            foreach (var violation in e.Violations) await error.WriteLineAsync($"firstlight: {violation}");
            return ExitCodes.Refused;
        }
        catch (InventoryUnavailableException e)
        {
            return await EndAsync(error, ExitCodes.Unavailable, e.Message);
        }
        catch (InventoryBrokenException e)
        {
            return await EndAsync(error, ExitCodes.BrokenStore, e.Message);
        }
        catch (ProgramEndException e)
        {
            return await EndAsync(error, e.ExitCode, e.Message);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
        catch (Exception e)
        {
            await error.WriteLineAsync($"firstlight: a fault of this program, please report it: {e}");
            return ExitCodes.Fault;
        }
    }

    private static async Task<int> EndAsync(TextWriter error, int code, string message)
    {
        await error.WriteLineAsync($"firstlight: {message.ReplaceLineEndings(" ")}");
        return code;
    }
}
