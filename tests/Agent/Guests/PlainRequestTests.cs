using System.Text;
using Firstlight.Agent.Guests;

namespace Firstlight.Agent.Tests.Guests;

public sealed class PlainRequestTests
{
    [Theory]
    [InlineData("GET /a HTTP/1.1\r\nHost: 169.254.169.254\r\n\r\n", "GET /a open")]
    [InlineData("HEAD /a HTTP/1.1\r\nhost: m:80\r\nACCEPT: */*\r\nConnection: Close\r\n\r\nmore", "HEAD /a close accept")]
    [InlineData("GET / HTTP/1.1\r\nHost: [fe80::a9fe:a9fe]\r\nConnection: keep-alive\r\nX_1: \t a b\t \r\n\r\n", "GET / open")]
    public void Requests_of_common_clients_are_read(string text, string expected)
    {
        var bytes = Encoding.Latin1.GetBytes(text);

        Assert.True(PlainRequest.TryRead(bytes, out var request));

        Assert.Equal(expected, $"{(request.IsHead ? "HEAD" : "GET")} {Encoding.ASCII.GetString(request.Target)} {(request.Closes ? "close" : "open")}{(request.HasAccept ? " accept" : "")}");
        Assert.Equal(text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4, request.Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: m\r\n")]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("GET / HTTP/1.0\r\nHost: m\r\n\r\n")]
    [InlineData("GET  / HTTP/1.1\r\nHost: m\r\n\r\n")]
    [InlineData("GET /  HTTP/1.1\r\nHost: m\r\n\r\n")]
    [InlineData("get / HTTP/1.1\r\nHost: m\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: m\r\n\r\n")]
    [InlineData("GET http://m/ HTTP/1.1\r\nHost: m\r\n\r\n")]
    [InlineData("GET * HTTP/1.1\r\nHost: m\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\nHost: m\n\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: m\nX: a\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: m\r\nHost: m\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost:\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: m:\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: m:123456\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: [fe80::1%25eth0]\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: [fe80::1]x\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: m\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: m\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: m\r\nExpect: 100-continue\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: m\r\nUpgrade: h2c\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: m\r\nConnection: close, upgrade\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: m\r\nConnection: close\r\nConnection: close\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: m\r\nAccept: text/html\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: m\r\nAccept: */*\r\nAccept: */*\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost : m\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: m\r\n folded\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: m\r\nX: \u00e9\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: m\r\nX: a\rb\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: m\r\nX: \0\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: m\r\nno colon\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: m\r\n: x\r\n\r\n")]
    public void Everything_else_is_not_read_at_all(string text) => Assert.False(PlainRequest.TryRead(Encoding.Latin1.GetBytes(text), out _));

    [Fact]
    public void Long_headers_and_many_fields_are_not_read()
    {
        Assert.True(Reads("X: " + new string('x', 3900)));
        Assert.False(Reads("X: " + new string('x', 4200)));
        Assert.True(Reads([.. Enumerable.Repeat("X: 1", 63)]));
        Assert.False(Reads([.. Enumerable.Repeat("X: 1", 64)]));

        static bool Reads(params string[] fields) =>
            PlainRequest.TryRead(Encoding.Latin1.GetBytes($"GET / HTTP/1.1\r\nHost: m\r\n{string.Join("\r\n", fields)}\r\n\r\n"), out _);
    }
}
