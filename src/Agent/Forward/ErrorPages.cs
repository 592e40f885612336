using System.Text;

namespace Firstlight.Agent.Forward;

/// <summary>The agent's own errors, in the words and the HTML form WebOb gives them, which is how Nova answers a caller that accepts anything.</summary>
/// <remarks>
/// Every 404 of a guest is <see cref="NotFound"/>, also one that came from upstream: an address that is nobody's, a foreign project's instance and a path
/// that does not exist must not be told apart.
/// </remarks>
internal static class ErrorPages
{
    public const string ContentType = "text/html; charset=UTF-8";

    private static readonly byte[] NotFoundPage = Page("404 Not Found", "The resource could not be found.");
    private static readonly byte[] BadRequestPage = Page("400 Bad Request", "The server could not comply with the request since it is either malformed or otherwise incorrect.");
    private static readonly byte[] TooLargePage = Page("413 Request Entity Too Large", "The body of your request was too large for this server.");
    private static readonly byte[] HeaderTooLargePage = Page("431 Request Header Fields Too Large", "The server is unwilling to process the request because a header field is too large.");
    private static readonly byte[] ErrorPage = Page("500 Internal Server Error", "An unknown error has occurred. Please try your request again.");
    private static readonly byte[] BadGatewayPage = Page("502 Bad Gateway", "Bad gateway.");
    private static readonly byte[] UnavailablePage = Page("503 Service Unavailable", "The server is currently unavailable. Please try again at a later time.");
    private static readonly byte[] TimeoutPage = Page("504 Gateway Timeout", "The gateway has timed out.");

    /// <summary>404, the same for every reason.</summary>
    public static GuestAnswer NotFound(string method, GuestOutcome outcome) => Answer(404, NotFoundPage, method, outcome);

    /// <summary>400.</summary>
    public static GuestAnswer BadRequest(string method) => Answer(400, BadRequestPage, method, GuestOutcome.Refused);

    /// <summary>413.</summary>
    public static GuestAnswer TooLarge(string method) => Answer(413, TooLargePage, method, GuestOutcome.Refused);

    /// <summary>431.</summary>
    public static GuestAnswer HeaderTooLarge(string method) => Answer(431, HeaderTooLargePage, method, GuestOutcome.Refused);

    /// <summary>500: a fault of this program or its store.</summary>
    public static GuestAnswer Error(string method) => Answer(500, ErrorPage, method, GuestOutcome.Unavailable);

    /// <summary>502: the upstream answered something the protocol does not have.</summary>
    public static GuestAnswer BadGateway(string method) => Answer(502, BadGatewayPage, method, GuestOutcome.Unavailable);

    /// <summary>503: come back in a second.</summary>
    public static GuestAnswer Unavailable(string method) => Answer(503, UnavailablePage, method, GuestOutcome.Unavailable);

    /// <summary>504: the upstream took too long.</summary>
    public static GuestAnswer Timeout(string method) => Answer(504, TimeoutPage, method, GuestOutcome.Unavailable);

    // WebOb's answer to HEAD declares no length of the page either.
    private static GuestAnswer Answer(int status, byte[] page, string method, GuestOutcome outcome) => method == "HEAD"
        ? new(status, ContentType, default, 0, outcome)
        : new(status, ContentType, page, page.Length, outcome);

    private static byte[] Page(string status, string explanation) => Encoding.ASCII.GetBytes(
        $"<html>\n <head>\n  <title>{status}</title>\n </head>\n <body>\n  <h1>{status}</h1>\n  {explanation}<br /><br />\n\n\n\n </body>\n</html>");
}
