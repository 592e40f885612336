using Firstlight.Cli.Verbs;
using Firstlight.Cli.Views;
using Firstlight.Roles;

namespace Firstlight.Doctor.Checks;

/// <summary>The role that keeps this host's networks and answers its guests.</summary>
internal sealed class AgentCheck(OwnCase on) : ICheck
{
    public string Hop => Hops.Agent;

    public IReadOnlyList<string> Needs => [];

    public async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        var state = Path.GetFullPath(on.Settings.StatePath);
        var all = await new AgentsOfThisHost(RunDirectory.ToRead(on.Settings)).FindAsync(cancellationToken);

        // Several may run on one host, each on a state path of its own, which it holds by a lock.
        on.Agent = all.FirstOrDefault(a => a.Agent.Role is "standalone" or "host-agent" && on.Host.HasOpen(a.Agent.Pid, Path.Combine(state, "plumbing", "lock")));
        return on.Agent is { } found ? Judge(found.Agent) : Finding.Wrong(
            Hop, $"none runs on {state}", "nothing answers guests, and nothing mends what breaks",
            "start it: firstlight standalone, or host-agent beside a metadata-api; its log says why it ended");
    }

    private Finding Judge(AgentView agent)
    {
        var seen = $"{agent.Role} {agent.Pid} since {agent.Since}";
        return agent.State switch
        {
            "ready" => Finding.Right(Hop, $"{seen} is ready, {agent.Listening} of {agent.Wanted} listeners"),
            "not ready" => Finding.Odd(Hop, $"{seen} is not ready", agent.Problem ?? "it does not say why", "the hops around this one show what it waits for"),
            "not answering" => Finding.Wrong(Hop, $"{seen} does not answer at {agent.Management}", agent.Problem ?? "it hangs", $"see its log; kill {agent.Pid} and start it again: guests keep their network meanwhile"),
            _ => Finding.Right(Hop, $"{seen}; it has no management address to ask"),
        };
    }
}
