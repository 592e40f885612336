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
                $"<html>\n<head><title>Healthcheck</title></head>\n<body>\n<table>\n<tr><th>Reason</th></tr>\n<tr><td>{reason}</td></tr>\n</table>\n"
                + "</body>\n</html>")),
            _ => new MetadataAnswer(status, ContentTypes.Text, Utf8(reason)),
        };
    }

    private static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}
