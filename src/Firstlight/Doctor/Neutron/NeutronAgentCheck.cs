using Firstlight.Cli.Verbs;
using Firstlight.Roles;

namespace Firstlight.Doctor.Neutron;

/// <summary>The metadata agent of ours on this host; Neutron's own may stand in its place.</summary>
internal sealed class NeutronAgentCheck(NeutronCase on) : ICheck
{
    public string Hop => Hops.Agent;

    public IReadOnlyList<string> Needs => [];

    public async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        var all = await new AgentsOfThisHost(RunDirectory.ToRead(on.Settings)).FindAsync(cancellationToken);
        var management = on.Settings.ManagementListen?.ToString();
        var ours = all.Where(a => a.Agent.Role == "metadata-agent").ToList();
        on.Agent = ours.Find(a => a.Agent.Management == management) ?? ours.FirstOrDefault();
        if (on.Agent is not { Agent: var agent })
            return Finding.Odd(Hop, "no metadata-agent of ours runs on this host", "whoever serves the socket is another: neutron-metadata-agent, as a rule", "start firstlight metadata-agent if it should be ours");
        var seen = $"metadata-agent {agent.Pid} since {agent.Since}";
        return agent.State switch
        {
            "ready" or "unknown" => Finding.Right(Hop, $"{seen} is {(agent.State == "ready" ? "ready" : "there")}"),
            "not ready" => Finding.Odd(Hop, $"{seen} is not ready", agent.Problem ?? "it does not say why", "the hops around this one show what it waits for"),
            _ => Finding.Wrong(Hop, $"{seen} does not answer at {agent.Management}", agent.Problem ?? "it hangs", "see its log, and start it again"),
        };
    }
}
