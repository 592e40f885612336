namespace Firstlight.Configuration;

/// <summary>The nearest known word to a mistyped one: for options in files, and for verbs and options on the command line.</summary>
internal static class Nearest
{
    /// <summary>The nearest of the known words, or null when none is near enough to be what was meant.</summary>
    /// <param name="word">What was written.</param>
    /// <param name="known">What exists.</param>
    public static string? Find(string word, IEnumerable<string> known)
    {
        // Short words have many neighbours, so they must be nearer.
        var limit = word.Length switch { <= 3 => 1, <= 7 => 2, _ => 3 };
        return known.Select(k => (Word: k, Distance: Distance(word, k)))
            .Where(c => c.Distance <= limit && c.Distance < Math.Max(word.Length, c.Word.Length) / 2.0)
            .OrderBy(c => c.Distance).ThenBy(c => c.Word, StringComparer.Ordinal)
            .Select(c => c.Word).FirstOrDefault();
    }

    /// <summary>Insertions, deletions, replacements and swaps of neighbours that lead from one word to the other (optimal string alignment).</summary>
    public static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) d[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) d[0, j] = j;

        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }

        return d[a.Length, b.Length];
    }
}
