using System.CommandLine;
using System.CommandLine.Parsing;
using Firstlight.Configuration;

namespace Firstlight.Cli;

/// <summary>The one line a wrong command line gets.</summary>
internal static class UsageHint
{
    /// <summary>Whether a command line is wrong, by the library's rules or by ours.</summary>
    public static bool IsNeeded(ParseResult parse) => parse.Errors.Count > 0 || UnknownOption(parse) is not null;

    /// <summary>What is wrong, what was probably meant, and where the help is.</summary>
    public static string For(ParseResult parse)
    {
        var path = PathOf(parse.CommandResult);
        var help = $"see '{path} --help'";
        if ((UnknownOption(parse) ?? (parse.UnmatchedTokens is [var unmatched, ..] ? unmatched : null)) is { } token)
        {
            var near = Nearest.Find(token, Candidates(parse.CommandResult, token));
            var kind = token.StartsWith('-') ? "option" : parse.CommandResult.Command.Subcommands.Count > 0 ? "verb" : "argument";
            return $"{path}: '{token}' is no {kind} of it{(near is null ? "" : $"; did you mean '{near}'?")} ({help})";
        }

        if (parse.CommandResult.Command is { Subcommands.Count: > 0, Action: null } group)
            return $"{path}: a verb is missing: {string.Join(", ", group.Subcommands.Where(c => !c.Hidden).Select(c => c.Name))} ({help})";
        return $"{path}: {parse.Errors[0].Message.ReplaceLineEndings(" ").TrimEnd('.')} ({help})";
    }

    // The library takes an option it does not know for an argument: "create --mut" would make a thing named --mut.
    private static string? UnknownOption(ParseResult parse) => parse.Tokens
        .TakeWhile(t => t.Type != TokenType.DoubleDash)
        .Where(t => t.Type == TokenType.Argument && t.Value.Length > 1 && t.Value[0] == '-' && (t.Value[1] == '-' || char.IsAsciiLetter(t.Value[1])))
        .Select(t => t.Value).FirstOrDefault();

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
