using Firstlight.Metadata.Documents;
using Firstlight.Metadata.Errors;

namespace Firstlight.Api.Errors;

/// <summary>The errors of the metadata API, in Nova's words. Rendered once.</summary>
internal sealed class ErrorPage
{
    private const string UnknownErrorText = "An unknown error has occurred. Please try your request again.";

    private readonly ErrorDocument _document;

    private ErrorPage(int status, string title, string explanation) => _document = new ErrorDocument(status, title, explanation);

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

    public int Status => _document.Status;

    /// <summary>Length of the body for whoever takes anything.</summary>
    public int HtmlLength => _document.For("*/*").Body.Length;

    public static ErrorPage BadRequest(string explanation) => new(400, "Bad Request", explanation);

    public static ErrorPage InstanceGone(string id) => BadRequest($"Instance {id} could not be found.");

    public static ErrorPage UnknownProvider(string provider) => BadRequest($"Could not find any subnets for provider {provider}");

    public static ErrorPage NotOnePort(string provider, string address, int count) =>
        BadRequest($"Expected a single port matching provider {provider} and IP {address}. Found {count}.");

    /// <summary>The answer to one request.</summary>
    public MetadataAnswer Answer(MetadataRequest request)
    {
        if (request.Method == "HEAD") return new MetadataAnswer(Status, ContentTypes.Html, default);
        var (contentType, body) = _document.For(request.Accept);
        return new MetadataAnswer(Status, contentType, body);
    }
}
