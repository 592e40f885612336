using Firstlight.Metadata.Errors;
using FsCheck;
using FsCheck.Fluent;

namespace Firstlight.Metadata.Tests.Errors;

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
}
