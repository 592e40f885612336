namespace Firstlight.Metadata.Documents;

/// <summary>The content types of answers, spelled as Nova spells them.</summary>
public static class ContentTypes
{
    /// <summary>Lists, EC2 values, user data and, oddly, <c>network_data.json</c>.</summary>
    public const string Text = "text/plain; charset=UTF-8";

    /// <summary>The other JSON documents.</summary>
    public const string Json = "application/json";

    /// <summary>The password, and errors for browsers.</summary>
    public const string Html = "text/html; charset=UTF-8";
}
