using System.Net.Sockets;
using System.Text;
using Firstlight.Agent.Tests.Support;
using Firstlight.Metadata.Identity;
using Firstlight.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Firstlight.Agent.Tests.Proxies;

/// <summary>What Neutron's agent answered on its socket, answered by ours: over a real UNIX socket, in front of a real HTTP server.</summary>
public sealed class ProxySocketReplayTests : IDisposable
{
    private const string Secret = "lab-shared-secret";

    // Neutron's HTTP client decodes, folds and encodes a path anew. Ours sends what came, which is the only difference there may be.
    private const string Folded = "agent-fake/forwarded/escapes";
    private readonly string _folder = Directory.CreateTempSubdirectory("firstlight-agent-").FullName;

    public static TheoryData<string, string> Groups => new()
    {
        { "agent-fake", "forwarded" },
        { "agent-fake", "upstream-status" },
        { "agent", "lookup" },
        { "agent", "methods" },
        { "agent", "requests" },
    };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Groups))]
    public async Task Answers_as_Neutron_21_did(string profile, string group)
    {
        await using var nova = await HttpPeer.StartAsync();
        nova.Answer = RecordedNova.RepeatAsync;
        using var upstream = nova.Client();
        var path = Path.Combine(_folder, "metadata_proxy");
        await using var agent = new AgentServer(
            new AgentOptions { NeutronRelease = 21, ProxySocket = new ProxySocketOptions(path) },
            new Signature(Secret),
            new RecordedPorts(),
            upstream,
            TimeProvider.System,
            NullLoggerFactory.Instance);
        await agent.StartAsync(CancellationToken.None);

        var failures = new List<string>();
        foreach (var recorded in Read(profile, group))
        {
            if (profile == "agent") nova.Answer = RecordedNova.Behind(recorded);
            nova.Received.Clear();
            var reply = await recorded.SendAsync(new UnixDomainSocketEndPoint(path));
            var difference = Difference(recorded, reply);
            if (recorded.Instance is { } name && nova.Received.Any(received => received.Headers["X-Instance-ID"] != RecordedPorts.InstanceId(name))) difference += "; another instance";
            if (difference.Length > 0) failures.Add($"{recorded.Id}: {difference}");
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    [Fact]
    public void Every_recorded_case_of_the_socket_is_replayed() => Assert.Equal(133, Groups.Sum(row => Read(row.Data.Item1, row.Data.Item2).Count()));

    private static IEnumerable<GoldenCase> Read(string profile, string group) => GoldenCase.ReadFile(Path.Combine(RecordedPorts.Folder, profile, group + ".json"));

    private static string Difference(GoldenCase recorded, RawResponse reply)
    {
        if (recorded.Id == Folded)
        {
            var expected = Encoding.UTF8.GetString(recorded.Body).Replace("\"/c/d/%C3%A9\"", $"\"{recorded.Target}\"", StringComparison.Ordinal);
            return reply.Text == expected ? "" : reply.Text;
        }

        return reply.Status != recorded.Status && recorded.AcceptedStatuses.Contains(reply.Status)
            ? reply.Status == 200 ? "200 where the recording accepts a refusal" : ""
            : string.Join("; ", recorded.Differences(reply, underUwsgi: false));
    }
}
