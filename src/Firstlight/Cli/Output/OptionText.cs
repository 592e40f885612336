using System.CommandLine.Parsing;

namespace Firstlight.Cli.Output;

/// <summary>Reads the text of an option, and says what is allowed when it is something else.</summary>
internal static class OptionText
{
    /// <summary>Reads the one value of an option.</summary>
    /// <param name="result">The option on the command line.</param>
    /// <param name="allowed">What is allowed, ready for "is not …".</param>
    /// <param name="read">Null when the text is not of the form.</param>
    public static T? One<T>(ArgumentResult result, string allowed, Func<string, T?> read)
        where T : struct => Read(result, result.Tokens[^1].Value, allowed, read);

    /// <summary>Reads the one value of an option.</summary>
    public static T? OneObject<T>(ArgumentResult result, string allowed, Func<string, T?> read)
        where T : class
    {
        var text = result.Tokens[^1].Value;
        if (read(text) is { } value) return value;
        result.AddError(Message(result, text, allowed));
        return null;
    }

    /// <summary>Reads every value of a repeated option.</summary>
    public static T[] Many<T>(ArgumentResult result, string allowed, Func<string, T?> read)
        where T : class
    {
        var values = new List<T>();
        foreach (var token in result.Tokens)
        {
            if (read(token.Value) is { } value) values.Add(value);
            else result.AddError(Message(result, token.Value, allowed));
        }

        return [.. values];
    }

    private static T? Read<T>(ArgumentResult result, string text, string allowed, Func<string, T?> read)
        where T : struct
    {
        var value = read(text);
        if (value is null) result.AddError(Message(result, text, allowed));
        return value;
    }

    private static string Message(ArgumentResult result, string text, string allowed) =>
        $"{(result.Parent as OptionResult)?.Option.Name ?? result.Argument.Name}: '{text}' is not {allowed}";
}
