using Firstlight.Metadata.Documents;
using Firstlight.Metadata.Errors;

namespace Firstlight.Agent.Forward;

/// <summary>The agent's own errors, in the words and the forms WebOb gives them, which is how Nova and Neutron answer.</summary>
/// <remarks>
/// Every 404 of a guest is <see cref="NotFound"/>, also one that came from upstream: an address that is nobody's, a foreign project's instance and a path
/// that does not exist must not be told apart. Nova's own 404 is the same page, for which nothing is lost.
/// </remarks>
internal static class ErrorPages
{
    private static readonly ErrorDocument BadRequestPage =
        new(400, "Bad Request", "The server could not comply with the request since it is either malformed or otherwise incorrect.");

    private static readonly ErrorDocument ForbiddenPage = new(403, "Forbidden", "Access was denied to this resource.");
    private static readonly ErrorDocument NotFoundPage = new(404, "Not Found", "The resource could not be found.");
    private static readonly ErrorDocument ConflictPage = new(409, "Conflict", "There was a conflict when trying to complete your request.");
    private static readonly ErrorDocument TooLargePage = new(413, "Request Entity Too Large", "The body of your request was too large for this server.");

    private static readonly ErrorDocument HeaderTooLargePage =
        new(431, "Request Header Fields Too Large", "The server is unwilling to process the request because a header field is too large.");

    private static readonly ErrorDocument ErrorPage = new(500, "Internal Server Error", "An unknown error has occurred. Please try your request again.");
    private static readonly ErrorDocument RemoteErrorPage = new(500, "Internal Server Error", "Remote metadata server experienced an internal server error.");
    private static readonly ErrorDocument BadGatewayPage = new(502, "Bad Gateway", "Bad gateway.");

    private static readonly ErrorDocument UnavailablePage =
        new(503, "Service Unavailable", "The server is currently unavailable. Please try again at a later time.");

    private static readonly ErrorDocument TimeoutPage = new(504, "Gateway Timeout", "The gateway has timed out.");

    /// <summary>404, the same for every reason.</summary>
    public static GuestAnswer NotFound(string method, GuestOutcome outcome) => Answer(NotFoundPage, method, outcome);

    /// <summary>400.</summary>
    public static GuestAnswer BadRequest(string method) => Answer(BadRequestPage, method, GuestOutcome.Refused);

    /// <summary>413.</summary>
    public static GuestAnswer TooLarge(string method) => Answer(TooLargePage, method, GuestOutcome.Refused);

    /// <summary>431.</summary>
    public static GuestAnswer HeaderTooLarge(string method) => Answer(HeaderTooLargePage, method, GuestOutcome.Refused);

    /// <summary>500: a fault of this program, of its store, or of the proxy before it.</summary>
    public static GuestAnswer Error(string method, GuestOutcome outcome = GuestOutcome.Unavailable) => Answer(ErrorPage, method, outcome);

    /// <summary>502: the upstream answered something the protocol does not have.</summary>
    public static GuestAnswer BadGateway(string method) => Answer(BadGatewayPage, method, GuestOutcome.Unavailable);

    /// <summary>503: come back in a second.</summary>
    public static GuestAnswer Unavailable(string method) => Answer(UnavailablePage, method, GuestOutcome.Unavailable);

    /// <summary>504: the upstream took too long.</summary>
    public static GuestAnswer Timeout(string method) => Answer(TimeoutPage, method, GuestOutcome.Unavailable);

    /// <summary>An error of the upstream in the agent's words, as Neutron had it until 2025.1.</summary>
    /// <param name="status">400, 403, 409, 500, 502, 503 or 504.</param>
    /// <param name="method">The guest's.</param>
    /// <param name="outcome">For the counters.</param>
    public static GuestAnswer InOwnWords(int status, string method, GuestOutcome outcome) => Answer(
        status switch
        {
            400 => BadRequestPage,
            403 => ForbiddenPage,
            409 => ConflictPage,
            500 => RemoteErrorPage,
            502 => BadGatewayPage,
            503 => UnavailablePage,
            504 => TimeoutPage,
            _ => throw new ArgumentOutOfRangeException(nameof(status), status, "not a status of the protocol"),
        },
        method,
        outcome);

    // WebOb's answer to HEAD declares no length of the page either. The HTML form stands here for callers without a guest's Accept.
    private static GuestAnswer Answer(ErrorDocument page, string method, GuestOutcome outcome)
    {
        if (method == "HEAD") return new(page.Status, ContentTypes.Html, default, 0, outcome);
        var (contentType, body) = page.For("*/*");
        return new(page.Status, contentType, body, body.Length, outcome) { Page = page };
    }
}
