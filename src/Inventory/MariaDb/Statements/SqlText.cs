using System.Text;

namespace Firstlight.Inventory.MariaDb.Statements;

/// <summary>A statement with its <c>@name</c> and <c>?</c> placeholders found and written as the server wants them, all <c>?</c>.</summary>
/// <remarks>
/// Quoted text, quoted names, comments and <c>@@variables</c> are left alone. A backslash escapes inside text, as in the server's default mode.
/// </remarks>
internal sealed class SqlText
{
    private SqlText(byte[] utf8, string?[] placeholders)
    {
        Utf8 = utf8;
        Placeholders = placeholders;
    }

    /// <summary>As it is sent.</summary>
    public byte[] Utf8 { get; }

    /// <summary>For each <c>?</c> sent, the name without <c>@</c>, or null for one that was a <c>?</c> before.</summary>
    public string?[] Placeholders { get; }

    /// <exception cref="ArgumentException">Named and positional placeholders are mixed, so which value belongs where would be a guess.</exception>
    public static SqlText Parse(string sql)
    {
        var sent = new StringBuilder(sql.Length);
        var placeholders = new List<string?>();
        var at = 0;
        while (at < sql.Length)
        {
            var end = SkipUntouched(sql, at);
            if (end > at)
            {
                sent.Append(sql, at, end - at);
                at = end;
            }
            else if (sql[at] == '?')
            {
                placeholders.Add(null);
                sent.Append('?');
                at++;
            }
            else
            {
                end = at + 1;
                while (end < sql.Length && IsNamePart(sql[end])) end++;
                placeholders.Add(sql[(at + 1)..end]);
                sent.Append('?');
                at = end;
            }
        }
        if (placeholders.Contains(null) && placeholders.Exists(p => p is not null))
            throw new ArgumentException("a statement has either @name or ? placeholders, not both");
        return new SqlText(Encoding.UTF8.GetBytes(sent.ToString()), [.. placeholders]);
    }

    /// <summary>Where the next placeholder begins, if <paramref name="at"/> is not at one.</summary>
    private static int SkipUntouched(string sql, int at)
    {
        while (at < sql.Length)
        {
            switch (sql[at])
            {
                case '?': return at;
                case '@' when Next(sql, at) == '@':
                    at += 2;
                    while (at < sql.Length && (IsNamePart(sql[at]) || sql[at] == '.')) at++;
                    break;
                case '@' when IsNamePart(Next(sql, at)): return at;
                case '\'' or '"': at = AfterQuoted(sql, at, escapes: true); break;
                case '`': at = AfterQuoted(sql, at, escapes: false); break;
                case '#': at = AfterLine(sql, at); break;
                // "--" is a comment only with white space behind it; 1--1 is a sum.
                case '-' when Next(sql, at) == '-' && (at + 2 >= sql.Length || char.IsWhiteSpace(sql[at + 2])): at = AfterLine(sql, at); break;
                case '/' when Next(sql, at) == '*':
                    var close = sql.IndexOf("*/", at + 2, StringComparison.Ordinal);
                    at = close < 0 ? sql.Length : close + 2;
                    break;
                default: at++; break;
            }
        }
        return at;
    }

    private static char Next(string sql, int at) => at + 1 < sql.Length ? sql[at + 1] : '\0';

    private static bool IsNamePart(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '$';

    private static int AfterQuoted(string sql, int at, bool escapes)
    {
        var quote = sql[at++];
        while (at < sql.Length)
        {
            if (sql[at] == '\\' && escapes) at += 2;
            // A doubled quote ends one piece and begins the next, which comes to the same.
            else if (sql[at++] == quote) return at;
        }
        return sql.Length;
    }

    private static int AfterLine(string sql, int at)
    {
        var end = sql.IndexOf('\n', at);
        return end < 0 ? sql.Length : end + 1;
    }
}
