using System.Globalization;
using System.Text;
using Firstlight.Metadata.Documents;

namespace Firstlight.Api.Errors;

/// <summary>An ordinary error in its three forms, laid out as WebOb lays them out. Rendered once.</summary>
internal sealed class ErrorPage
{
    private const string UnknownErrorText = "An unknown error has occurred. Please try your request again.";

    private readonly ReadOnlyMemory<byte> _html;
    private readonly ReadOnlyMemory<byte> _json;
    private readonly ReadOnlyMemory<byte> _plain;

    private ErrorPage(int status, string title, string explanation)
    {
        Status = status;
        var line = $"{status} {title}";
        _html = Encoding.UTF8.GetBytes(
            $"<html>\n <head>\n  <title>{line}</title>\n </head>\n <body>\n"
            + $"  <h1>{line}</h1>\n  {Escaped(explanation)}<br /><br />\n\n\n\n </body>\n</html>");
        _plain = Encoding.UTF8.GetBytes($"{line}\n\n{WithoutTags(explanation)}\n\n   ");

        var json = new PythonJson();
        json.StartObject();
        json.Member("message", explanation + "<br /><br />\n\n\n");
        json.Member("code", line);
        json.Member("title", title);
        json.EndObject();
        _json = json.ToArray();
    }

    public static ErrorPage InstanceIdMissing { get; } = BadRequest("X-Instance-ID header is missing from request.");

    public static ErrorPage SignatureMissing { get; } = BadRequest("X-Instance-ID-Signature header is missing from request.");

    public static ErrorPage TenantIdMissing { get; } = BadRequest("X-Tenant-ID header is missing from request.");

    public static ErrorPage ForwardedForMissing { get; } = BadRequest("X-Forwarded-For is missing from request.");

    public static ErrorPage PasswordMethod { get; } = BadRequest("GET and POST only are supported.");

    public static ErrorPage PasswordTooLarge { get; } = BadRequest("Request is too large.");

    public static ErrorPage PasswordNotText { get; } = BadRequest("The password is not UTF-8 text.");

    public static ErrorPage PathNotText { get; } = BadRequest("The path is not UTF-8 text.");

    public static ErrorPage BadSignature { get; } = new(403, "Forbidden", "Invalid proxy request signature.");

    public static ErrorPage NotFound { get; } = new(404, "Not Found", "The resource could not be found.");

    public static ErrorPage PasswordAlreadySet { get; } = new(409, "Conflict", "There was a conflict when trying to complete your request.");

    public static ErrorPage LengthRequired { get; } = new(411, "Length Required", "Content-Length header required.");

    public static ErrorPage Unknown { get; } =
        new(500, "Internal Server Error", UnknownErrorText);

    /// <summary>What Nova says where it asked Neutron in vain for a load balancer: its own trouble, but a 400.</summary>
    public static ErrorPage LookupFailed { get; } = BadRequest(UnknownErrorText);

    public static ErrorPage Unavailable { get; } =
        new(503, "Service Unavailable", "The server is currently unavailable. Please try again at a later time.");

    public int Status { get; }

    public static ErrorPage BadRequest(string explanation) => new(400, "Bad Request", explanation);

    public static ErrorPage InstanceGone(string id) => BadRequest($"Instance {id} could not be found.");

    public static ErrorPage UnknownProvider(string provider) => BadRequest($"Could not find any subnets for provider {provider}");

    public static ErrorPage NotOnePort(string provider, string address, int count) =>
        BadRequest($"Expected a single port matching provider {provider} and IP {address}. Found {count}.");

    /// <summary>The answer to one request.</summary>
    public MetadataAnswer Answer(MetadataRequest request)
    {
        if (request.Method == "HEAD") return new MetadataAnswer(Status, ContentTypes.Html, default);

        return AcceptHeader.Choose(request.Accept) switch
        {
            ErrorForm.Html => new MetadataAnswer(Status, ContentTypes.Html, _html),
            ErrorForm.Json => new MetadataAnswer(Status, ContentTypes.Json, _json),
            _ => new MetadataAnswer(Status, ContentTypes.Text, _plain),
        };
    }

    private static string Escaped(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '&' => escaped.Append("&amp;"),
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '"' => escaped.Append("&quot;"),
                '\'' => escaped.Append("&#x27;"),
                < 0x80 => escaped.Append((char)rune.Value),
                _ => escaped.Append(CultureInfo.InvariantCulture, $"&#{rune.Value};"),
            };
        }

        return escaped.ToString();
    }

    private static string WithoutTags(string text)
    {
        var kept = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var end = text[i] == '<' ? text.IndexOf('>', i) : -1;
            if (end > 0) i = end;
            else kept.Append(text[i]);
        }

        return kept.ToString();
    }
}
