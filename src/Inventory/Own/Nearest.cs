namespace Firstlight.Inventory.Own;

/// <summary>The known word a mistyped one was probably meant to be.</summary>
internal static class Nearest
{
    private const int LongestCompared = 64;

    /// <summary>The word with the fewest letters to change, or null when none is close.</summary>
    public static string? Of(string text, IEnumerable<string> known)
    {
        if (text.Length is 0 or > LongestCompared) return null;
        var (best, distance) = ((string?)null, Math.Max(1, text.Length / 3) + 1);
        foreach (var word in known)
        {
            if (Math.Abs(word.Length - text.Length) >= distance) continue;
            var d = Distance(text, word);
            if (d >= distance) continue;
            (best, distance) = (word, d);
        }
        return best;
    }

    // Levenshtein, one row at a time.
    private static int Distance(string a, string b)
    {
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++) row[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var substitute = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substitute, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }
}
