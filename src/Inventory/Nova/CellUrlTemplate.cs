using System.Text;

namespace Firstlight.Inventory.Nova;

/// <summary>Fills the fields of a cell's URL from the default database's, as Nova does for <c>cell_mappings.database_connection</c>.</summary>
/// <remarks>
/// Fields: <c>{scheme} {username} {password} {hostname} {port} {path} {query} {fragment}</c>, and with several hosts <c>{username1}</c>,
/// <c>{password1}</c>, <c>{hostname1}</c>, <c>{port1}</c> and so on. Values keep their percent-encoding; a path has no leading slash. <c>{{</c> stands for a brace.
/// </remarks>
internal static class CellUrlTemplate
{
    /// <summary>Fills a template.</summary>
    /// <param name="template">The URL of the cell; one without braces is returned as it is.</param>
    /// <param name="source">The URL that fields are taken from.</param>
    /// <returns>The URL, or the template unchanged when it names a field that does not exist (Nova's rule).</returns>
    public static string Fill(string template, string source)
    {
        if (!template.Contains('{') && !template.Contains('}')) return template;

        var fields = Fields(source);
        var text = new StringBuilder();
        for (var i = 0; i < template.Length; i++)
        {
            var c = template[i];
            var doubled = i + 1 < template.Length && template[i + 1] == c;
            if (c is '{' or '}' && doubled)
            {
                text.Append(c);
                i++;
            }
            else if (c == '{')
            {
                var close = template.IndexOf('}', i);
                if (close < 0 || !fields.TryGetValue(template[(i + 1)..close], out var value)) return template;
                var bare = value.Contains(':') && template.AsSpan(i).StartsWith("{hostname") && !text.ToString().EndsWith('[');
                text.Append(bare ? $"[{value}]" : value);
                i = close;
            }
            else if (c == '}')
            {
                return template;
            }
            else
            {
                text.Append(c);
            }
        }

        return text.ToString();
    }

    private static Dictionary<string, string> Fields(string url)
    {
        var rest = url;
        var fragment = After(ref rest, '#');
        var query = After(ref rest, '?');
        var scheme = rest.IndexOf("://", StringComparison.Ordinal);
        var name = scheme < 0 ? "" : rest[..scheme];
        rest = scheme < 0 ? rest : rest[(scheme + 3)..];
        var slash = rest.IndexOf('/');
        var authority = slash < 0 ? rest : rest[..slash];
        var fields = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["scheme"] = name,
            ["path"] = slash < 0 ? "" : rest[slash..].TrimStart('/'),
            ["query"] = query,
            ["fragment"] = fragment,
        };
        AddHost(fields, authority, "");
        if (authority.Contains(','))
        {
            foreach (var (n, host) in authority.Split(',').Index()) AddHost(fields, host, $"{n + 1}");
        }

        return fields;
    }

    private static void AddHost(Dictionary<string, string> fields, string authority, string suffix)
    {
        var at = authority.LastIndexOf('@');
        var user = at < 0 ? "" : authority[..at];
        var host = authority[(at + 1)..];
        var colon = user.IndexOf(':');
        fields["username" + suffix] = colon < 0 ? user : user[..colon];
        fields["password" + suffix] = colon < 0 ? "" : user[(colon + 1)..];

        var bracket = host.StartsWith('[') ? host.IndexOf(']') : -1;
        var port = host.IndexOf(':', Math.Max(bracket, 0));
        fields["hostname" + suffix] = (bracket > 0 ? host[1..bracket] : port < 0 ? host : host[..port]);
        fields["port" + suffix] = port < 0 ? "" : host[(port + 1)..];
    }

    private static string After(ref string text, char mark)
    {
        var at = text.IndexOf(mark);
        if (at < 0) return "";

        var after = text[(at + 1)..];
        text = text[..at];
        return after;
    }
}
