namespace Firstlight.Doctor;

/// <summary>Findings as lines for a person: as they are made, one hop a line.</summary>
internal sealed class FindingLines(TextWriter output, bool colour)
{
    // As wide as the longest hop.
    private const int HopWidth = 12;
    private const string Red = "\e[31m";
    private const string Green = "\e[32m";
    private const string Yellow = "\e[33m";
    private const string Grey = "\e[90m";
    private const string Plain = "\e[0m";

    /// <summary>Writes one.</summary>
    public void Write(Finding finding)
    {
        var (mark, tint) = finding.State switch
        {
            FindingState.Right => ("✓", Green),
            FindingState.Odd => ("!", Yellow),
            FindingState.Wrong => ("✗", Red),
            _ => ("–", Grey),
        };
        var text = finding.State == FindingState.NotLookedAt ? $"not looked at: {finding.Seen}" : finding.Seen;
        var line = $"{finding.Hop.PadRight(HopWidth)}  {Printable(text)}";
        output.WriteLine(finding.State == FindingState.NotLookedAt ? Tinted($"{mark} {line}", tint) : $"{Tinted(mark, tint)} {line}");
        if (finding.Why is null) return;
        Explain("why:", finding.Why, tint);
        Explain("mend:", finding.Mend!, tint);
    }

    private void Explain(string word, string text, string tint) => output.WriteLine($"  {new string(' ', HopWidth)}  {Tinted(word.PadRight(5), tint)} {Printable(text)}");

    private string Tinted(string text, string tint) => colour ? $"{tint}{text}{Plain}" : text;

    // Names come from people, and messages from programs: an escape sequence must not reach the terminal.
    private static string Printable(string text) => text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)) : text;
}
