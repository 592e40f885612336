using System.CommandLine;
using System.CommandLine.Parsing;
using Firstlight.Configuration;

namespace Firstlight.Cli;

/// <summary>The one line a wrong command line gets.</summary>
internal static class UsageHint
{
    /// <summary>What is wrong, what was probably meant, and where the help is.</summary>
    public static string For(ParseResult parse)
    {
        var path = PathOf(parse.CommandResult);
        var help = $"see '{path} --help'";
        if (parse.UnmatchedTokens is [var token, ..])
        {
            var near = Nearest.Find(token, Candidates(parse.CommandResult, token));
            var kind = token.StartsWith('-') ? "option" : parse.CommandResult.Command.Subcommands.Count > 0 ? "verb" : "argument";
            return $"{path}: '{token}' is no {kind} of it{(near is null ? "" : $"; did you mean '{near}'?")} ({help})";
        }

        if (parse.CommandResult.Command is { Subcommands.Count: > 0, Action: null } group)
            return $"{path}: a verb is missing: {string.Join(", ", group.Subcommands.Where(c => !c.Hidden).Select(c => c.Name))} ({help})";
        return $"{path}: {parse.Errors[0].Message.ReplaceLineEndings(" ").TrimEnd('.')} ({help})";
    }

    private static string PathOf(CommandResult result)
    {
        var names = new Stack<string>();
        for (SymbolResult? at = result; at is not null; at = at.Parent)
            if (at is CommandResult command) names.Push(command.Command.Name);
        return string.Join(' ', names);
    }

    private static IEnumerable<string> Candidates(CommandResult result, string token)
    {
        if (!token.StartsWith('-')) return result.Command.Subcommands.Where(c => !c.Hidden).SelectMany(c => c.Aliases.Prepend(c.Name));
        var options = new List<Option>(result.Command.Options);
        for (var at = result.Parent; at is not null; at = at.Parent)
            if (at is CommandResult command) options.AddRange(command.Command.Options.Where(o => o.Recursive));
        return options.Where(o => !o.Hidden).SelectMany(o => o.Aliases.Prepend(o.Name));
    }
}
