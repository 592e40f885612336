using System.Text;

namespace Firstlight.Inventory.Own.Planning;

/// <summary>A server's name made fit for DNS, as Nova does when a server is created.</summary>
internal static class Hostname
{
    // dnsmasq takes no more; Nova cuts there.
    private const int Longest = 63;

    /// <summary>Lower case; blanks and underscores become hyphens; what is left over of <c>[a-z0-9-.]</c> goes; runs and ends are tidied; nothing left gives <c>Server-ID</c>.</summary>
    public static string Of(string name, string id)
    {
        var text = new StringBuilder();
        foreach (var c in name)
        {
            if (char.IsAsciiLetterOrDigit(c)) text.Append(char.ToLowerInvariant(c));
            else if ((c is '-' or '_' || char.IsWhiteSpace(c)) && (text.Length == 0 || text[^1] != '-')) text.Append('-');
            else if (c == '.') text.Append('.');
            if (text.Length == Longest) break;
        }
        var labels = text.ToString().Split('.').Select(label => label.Trim('-')).Where(label => label.Length > 0);
        return string.Join('.', labels) is { Length: > 0 } hostname ? hostname : $"Server-{id}";
    }
}
