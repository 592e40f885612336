using System.Text;
using System.Text.Json;
using Spectre.Console;

namespace Firstlight.Cli.Output;

/// <summary>Tables: with lines and colour on a terminal, else plain columns two blanks apart that awk can read.</summary>
internal static class Table
{
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
        if (output == Console.Out && !Console.IsOutputRedirected) WriteLined(output, columns, rows);
        else WritePlain(output, [[.. columns], .. rows]);
    }

    // Programs read these, many one after the other: they do not wait for what draws tables to be loaded.
    private static void WritePlain(TextWriter output, List<string[]> rows)
    {
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        foreach (var row in rows) output.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }

    private static void WriteLined(TextWriter output, IReadOnlyList<string> columns, IEnumerable<string[]> rows)
    {
        var colour = Environment.GetEnvironmentVariable("NO_COLOR") is null or "";
        var table = new Spectre.Console.Table { Border = TableBorder.Rounded };
        foreach (var column in columns) table.AddColumn(new TableColumn(new Text(column, colour ? new Style(decoration: Decoration.Bold) : Style.Plain)));
        foreach (var row in rows) table.AddRow(row.Select(cell => new Text(cell)));

        var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = colour ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = colour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(text),
        });
        console.Profile.Width = Math.Max(40, Console.WindowWidth);
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
