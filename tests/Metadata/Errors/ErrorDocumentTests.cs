using System.Text;
using Firstlight.Metadata.Errors;

namespace Firstlight.Metadata.Tests.Errors;

public sealed class ErrorDocumentTests
{
    [Fact]
    public void Html_escapes_what_a_caller_sent_and_plain_text_drops_tags()
    {
        var page = new ErrorDocument(400, "Bad Request", "Could not find any subnets for provider <b>\"x\"</b>&'\u00e9");
        string Body(string accept) => Encoding.UTF8.GetString(page.For(accept).Body.Span);

        Assert.Contains("provider &lt;b&gt;&quot;x&quot;&lt;/b&gt;&amp;&#x27;&#233;<br />", Body("text/html"), StringComparison.Ordinal);
        Assert.Contains("provider \"x\"&'\u00e9\n\n   ", Body("text/plain"), StringComparison.Ordinal);
        Assert.Contains("provider <b>\\\"x\\\"</b>&'\\u00e9<br />", Body("application/json"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("*/*", "text/html; charset=UTF-8", 154)]
    [InlineData(null, "text/plain; charset=UTF-8", 52)]
    [InlineData("application/json", "application/json", 112)]
    public void Form_follows_the_caller(string? accept, string contentType, int length)
    {
        var (type, body) = new ErrorDocument(404, "Not Found", "The resource could not be found.").For(accept);

        Assert.Equal((contentType, length), (type, body.Length));
    }
}
