using System.Text.RegularExpressions;

namespace Firstlight.Configuration;

/// <summary>Masks passwords inside addresses, so that the rest of them can be printed.</summary>
internal static partial class UrlPassword
{
    /// <summary>Of a database URL: as SQLAlchemy reads it, everything from the colon behind the user to the first <c>@</c>.</summary>
    public static string OfDatabase(string text) => InDatabase().Replace(text, $"${{before}}{Secret.Mask}@");

    /// <summary>Of one or many web addresses.</summary>
    public static string OfServices(string text) => InService().Replace(text, $"${{before}}{Secret.Mask}@");

    [GeneratedRegex("(?<before>://[^:/@]*:)[^@]*@", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex InDatabase();

    [GeneratedRegex("(?<before>://[^:/@,\\s]*:)[^@/,\\s]*@", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex InService();
}
