using System.Collections.Immutable;
using System.CommandLine;

namespace Firstlight.Cli.Output;

/// <summary>Options of the verbs, so that equal ones look and read the same.</summary>
internal static class Options
{
    /// <summary>Project that owns what is created.</summary>
    public static Option<string> Owner() => new("--project")
    {
        Description = "Project name or id that owns it.", HelpName = "PROJECT", DefaultValueFactory = _ => "default",
    };

    /// <summary>Project that tells equal names apart.</summary>
    public static Option<string?> Among() => new("--project") { Description = "Only in this project (name or id); tells equal names apart.", HelpName = "PROJECT" };

    /// <summary>An id chosen by hand.</summary>
    public static Option<string?> Id() => Text("--id", "UUID to give it, instead of a new one.", "UUID");

    /// <summary>Plain text.</summary>
    public static Option<string?> Text(string name, string description, string helpName, params string[] aliases) =>
        new(name, aliases) { Description = description, HelpName = helpName };

    /// <summary>A value type that is read from text.</summary>
    public static Option<T?> Value<T>(string name, string description, string helpName, string allowed, Func<string, T?> read)
        where T : struct => new(name) { Description = description, HelpName = helpName, CustomParser = r => OptionText.One(r, allowed, read) };

    /// <summary>A class that is read from text.</summary>
    public static Option<T?> Object<T>(string name, string description, string helpName, string allowed, Func<string, T?> read)
        where T : class => new(name) { Description = description, HelpName = helpName, CustomParser = r => OptionText.OneObject(r, allowed, read) };

    /// <summary>A repeated option.</summary>
    public static Option<T[]> Many<T>(string name, string description, string helpName, string allowed, Func<string, T?> read, params string[] aliases)
        where T : class => new(name, aliases)
        {
            Description = description,
            HelpName = helpName,
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
            DefaultValueFactory = _ => [],
            CustomParser = r => OptionText.Many(r, allowed, read),
        };

    /// <summary>A repeated text.</summary>
    public static Option<string[]> Texts(string name, string description, string helpName, params string[] aliases) =>
        Many(name, description, helpName, "text", text => text.Length == 0 ? null : text, aliases);

    /// <summary>What a repeated option holds.</summary>
    public static ImmutableArray<T> All<T>(this ParseResult parse, Option<T[]> option) => [.. parse.GetValue(option) ?? []];

    /// <summary>A name or id to act on.</summary>
    public static Argument<string> NameOrId(string what) => new(what.ToUpperInvariant()) { Description = $"Name or id of the {what}." };

    /// <summary>A name to give.</summary>
    public static Argument<string> Name(string what) => new("NAME") { Description = $"Name of the {what}." };
}
