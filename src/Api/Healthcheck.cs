using Firstlight.Metadata.Documents;

namespace Firstlight.Api;

/// <summary><c>/healthcheck</c> as Debian's paste pipeline has it: no authentication, any method.</summary>
internal static class Healthcheck
{
    public const string Path = "/healthcheck";

    public static MetadataAnswer Answer(MetadataRequest request, string? disableFile)
    {
        var disabled = disableFile is not null && File.Exists(disableFile);
        var status = disabled ? 503 : 200;
        var reason = disabled ? "DISABLED BY FILE" : "OK";
        if (request.Method == "HEAD") return new MetadataAnswer(disabled ? 503 : 204, null, default);

        return request.Accept switch
        {
            "application/json" => new MetadataAnswer(status, ContentTypes.Json, Utf8(
                $"{{\n    \"detailed\": false,\n    \"reasons\": [\n        \"{reason}\"\n    ]\n}}")),
            "text/html" => new MetadataAnswer(status, ContentTypes.Html, Utf8(
                $"<HTML>\n<HEAD><TITLE>Healthcheck Status</TITLE></HEAD>\n<BODY>\n<TABLE border=\"1\"><TR><TH>Reason</TH></TR><TR><TD>{reason}</TD></TR></TABLE>\n</BODY>\n</HTML>")),
            _ => new MetadataAnswer(status, ContentTypes.Text, Utf8(reason)),
        };
    }

    private static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}
