using System.Text;
using Firstlight.Api.Tests.Support;
using Firstlight.Tests.Support;

namespace Firstlight.Conformance.Tests.Live;

/// <summary>The differential says what it sees.</summary>
public sealed class ComparisonTests
{
    private static readonly RawResponse Nova = Answer(200, "text/plain; charset=UTF-8", "{\"random_seed\": \"AAAA\", \"name\": \"a\"}");

    [Fact]
    public void Equal_answers_with_other_random_seeds_do_not_differ() =>
        Assert.Null(Comparison.Between(Nova, Answer(200, "text/plain; charset=UTF-8", "{\"random_seed\": \"BBBB\", \"name\": \"a\"}")));

    [Theory]
    [InlineData(404, "text/plain; charset=UTF-8", "{\"random_seed\": \"AAAA\", \"name\": \"a\"}", "status")]
    [InlineData(200, "text/plain", "{\"random_seed\": \"AAAA\", \"name\": \"a\"}", "Content-Type")]
    [InlineData(200, "text/plain; charset=UTF-8", "{\"random_seed\": \"AAAAAAAA\", \"name\": \"a\"}", "Content-Length")]
    [InlineData(200, "text/plain; charset=UTF-8", "{\"random_seed\": \"AAAA\", \"name\": \"b\"}", "body at")]
    [InlineData(200, "text/plain; charset=UTF-8", "{\"name\": \"a\", \"random_seed\": \"AAAA\"}", "body at")]
    public void Every_other_difference_is_named(int status, string type, string body, string named) =>
        Assert.Contains(named, Comparison.Between(Nova, Answer(status, type, body)), StringComparison.Ordinal);

    private static RawResponse Answer(int status, string type, string body) =>
        new(status, [("Content-Type", type), ("Content-Length", $"{body.Length}")], Encoding.UTF8.GetBytes(body));
}
