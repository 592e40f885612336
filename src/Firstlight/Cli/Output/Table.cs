using System.Text;
using System.Text.Json;
using Spectre.Console;

namespace Firstlight.Cli.Output;

/// <summary>Tables: with lines and colour on a terminal, else plain columns two blanks apart that awk can read.</summary>
internal static class Table
{
    /// <summary>Wide enough that nothing a program reads is ever wrapped.</summary>
    private const int PlainWidth = 4000;

    /// <summary>One row an item.</summary>
    public static void WriteRows(TextWriter output, JsonElement items, IReadOnlyList<string> columns) =>
        Write(output, columns, items.EnumerateArray().Select(i => columns.Select(c => i.TryGetProperty(c, out var value) ? TextOf(value) : "-").ToArray()));

    /// <summary>One row a field.</summary>
    public static void WriteFields(TextWriter output, JsonElement item) =>
        Write(output, ["field", "value"], item.EnumerateObject().Select(p => new[] { p.Name, TextOf(p.Value) }));

    /// <summary>A value as a cell has it.</summary>
    public static string TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => "-",
        JsonValueKind.String => Printable(value.GetString()!),
        JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Select(TextOf)),
        JsonValueKind.Object => string.Join(" ", value.EnumerateObject().Select(p => $"{Printable(p.Name)}={TextOf(p.Value)}")),
        _ => value.GetRawText(),
    };

    private static void Write(TextWriter output, IReadOnlyList<string> columns, IEnumerable<string[]> rows)
    {
        var terminal = output == Console.Out && !Console.IsOutputRedirected;
        var colour = terminal && Environment.GetEnvironmentVariable("NO_COLOR") is null or "";
        var table = new Spectre.Console.Table { Border = terminal ? TableBorder.Rounded : TableBorder.None };
        foreach (var column in columns)
        {
            var header = new TableColumn(new Text(column, colour ? new Style(decoration: Decoration.Bold) : Style.Plain)) { NoWrap = !terminal };
            table.AddColumn(terminal ? header : header.PadLeft(0).PadRight(2));
        }

        foreach (var row in rows) table.AddRow(row.Select(cell => new Text(cell)));

        var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = colour ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = colour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(text),
        });
        console.Profile.Width = terminal ? Math.Max(40, Console.WindowWidth) : PlainWidth;
        console.Write(table);
        foreach (var line in text.ToString().AsSpan().TrimEnd('\n').EnumerateLines()) output.WriteLine(line.TrimEnd());
    }

    // Names come from people: an escape sequence in one must not reach the terminal.
    private static string Printable(string text)
    {
        if (!text.Any(char.IsControl)) return text.Length == 0 ? "-" : text;
        var result = new StringBuilder(text.Length);
        foreach (var c in text.TrimEnd('\n')) result.Append(char.IsControl(c) ? ' ' : c);
        return result.ToString();
    }
}
