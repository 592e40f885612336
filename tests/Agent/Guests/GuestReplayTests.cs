using Firstlight.Agent.Tests.Support;
using Firstlight.Tests.Support;

namespace Firstlight.Agent.Tests.Guests;

/// <summary>What guests of Neutron saw through haproxy and agent, seen by a guest of ours without either.</summary>
public sealed class GuestReplayTests
{
    public static TheoryData<string> Profiles => ["vm-plain", "vm-nodata", "vm-cell2", "vm-routed", "vm6-plain"];

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task Guest_sees_what_it_saw_before(string profile)
    {
        await using var nova = await HttpPeer.StartAsync();
        using var upstream = nova.Client();
        await using var agent = await TestAgent.StartAsync(new AgentOptions { NeutronRelease = 21 }, upstream);
        var cases = Read(profile).ToList();
        var port = new RecordedPorts().PortOf(cases[0].Instance!);
        agent.Directory.Add(TestAgent.HomeScope, "127.0.0.1", port.InstanceId.Value, port.ProjectId.Value);

        var failures = new List<string>();
        foreach (var recorded in cases)
        {
            nova.Answer = RecordedNova.Behind(recorded);
            nova.Received.Clear();
            var reply = await recorded.SendAsync(agent.Home);
            var difference = reply.Status != recorded.Status && recorded.AcceptedStatuses.Contains(reply.Status)
                ? ""
                : string.Join("; ", recorded.Differences(reply, underUwsgi: false));
            if (difference.Length > 0) failures.Add($"{recorded.Id}: {difference}");
            if (nova.Received.Single().Headers["X-Instance-ID"] != port.InstanceId.Value) failures.Add($"{recorded.Id}: another instance");
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    [Fact]
    public void Every_recorded_case_of_a_guest_is_replayed() => Assert.Equal(56, Profiles.Sum(row => Read(row.Data).Count()));

    private static IEnumerable<GoldenCase> Read(string profile) => GoldenCase.ReadFile(Path.Combine(RecordedPorts.Folder, profile, "vm.json"));
}
