using Firstlight.Agent.Forward;
using Firstlight.Metadata.Identity;
using Microsoft.Extensions.Logging.Abstractions;

namespace Firstlight.Agent.Tests.Upstream;

internal static class Asking
{
    public static SignedRequest Get { get; } =
        new("GET", "/x", "10.0.0.5", new InstanceId("instance"), new ProjectId("project"), "signature", default, HasContentLength: true);

    public static SignedRequest Post { get; } = Get with { Method = "POST", Body = "secret"u8.ToArray() };

    public static HttpUpstream Of(string hosts, TimeProvider? time = null, TimeSpan? timeout = null, TimeSpan? connectTimeout = null, string protocol = "http") => new(
        new HttpUpstreamOptions
        {
            Host = hosts,
            Protocol = protocol,
            Timeout = timeout ?? TimeSpan.FromSeconds(60),
            ConnectTimeout = connectTimeout ?? TimeSpan.FromSeconds(3),
        },
        time ?? TimeProvider.System,
        NullLogger<HttpUpstream>.Instance);

    public static HttpUpstream Of(params int[] ports) => Of(Hosts(ports));

    public static string Hosts(params int[] ports) => string.Join(',', ports.Select(port => $"127.0.0.1:{port}"));

    public static async Task<UpstreamAnswer> Ask(this HttpUpstream upstream, SignedRequest? request = null) =>
        await upstream.SendAsync(request ?? Get, CancellationToken.None);

    public static async Task<string> Refusal(this HttpUpstream upstream, SignedRequest? request = null) =>
        (await Assert.ThrowsAsync<UpstreamUnavailableException>(() => upstream.Ask(request))).Message;
}
