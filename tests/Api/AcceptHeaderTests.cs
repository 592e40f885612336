using Firstlight.Api.Errors;
using FsCheck;
using FsCheck.Fluent;

namespace Firstlight.Api.Tests;

public sealed class AcceptHeaderTests
{
    [Theory]
    [InlineData(null, "Plain")]
    [InlineData("", "Plain")]
    [InlineData("text/plain", "Plain")]
    [InlineData("application/xml", "Plain")]
    [InlineData("*/*;q=0", "Plain")]
    [InlineData("text/html;level=1", "Plain")]
    [InlineData("*/*", "Html")]
    [InlineData("text/html", "Html")]
    [InlineData("TEXT/HTML", "Html")]
    [InlineData("text/*", "Html")]
    [InlineData("text/html, application/json", "Html")]
    [InlineData("application/json;q=0.5, text/html;q=0.5", "Html")]
    [InlineData("not an accept header", "Html")]
    [InlineData("application/json;q=2", "Html")]
    [InlineData("application/json;q=0.1234", "Html")]
    [InlineData("application/json", "Json")]
    [InlineData("application/*", "Json")]
    [InlineData("text/html;q=0, */*", "Json")]
    [InlineData("text/html;q=0.4 , application/json ; q=0.500", "Json")]
    [InlineData("*/*;q=0.1, application/json", "Json")]
    [InlineData("*/*, text/html;q=0.1", "Json")]
    [InlineData(", application/json,", "Json")]
    [InlineData("application/json;q=0.5;ext=\"a,b\"", "Json")]
    public void Chooses_as_WebOb_does(string? accept, string form) => Assert.Equal(form, AcceptHeader.Choose(accept).ToString());

    [Fact]
    public void Never_throws() =>
        Prop.ForAll(ArbMap.Default.ArbFor<string?>(), accept => Enum.IsDefined(AcceptHeader.Choose(accept))).QuickCheckThrowOnFailure();

    [Fact]
    public void Html_escapes_what_a_caller_sent_and_plain_text_drops_tags()
    {
        var page = ErrorPage.UnknownProvider("<b>\"x\"</b>&'\u00e9");
        string Body(string accept) =>
            System.Text.Encoding.UTF8.GetString(page.Answer(new MetadataRequest { Method = "GET", Target = "/", Accept = accept }).Body.Span);

        Assert.Contains("provider &lt;b&gt;&quot;x&quot;&lt;/b&gt;&amp;&#x27;&#233;<br />", Body("text/html"), StringComparison.Ordinal);
        Assert.Contains("provider \"x\"&'\u00e9\n\n   ", Body("text/plain"), StringComparison.Ordinal);
        Assert.Contains("provider <b>\\\"x\\\"</b>&'\\u00e9<br />", Body("application/json"), StringComparison.Ordinal);
    }
}
