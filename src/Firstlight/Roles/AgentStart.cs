using Firstlight.Agent;
using Firstlight.Agent.Proxies;
using Firstlight.Cli;

namespace Firstlight.Roles;

/// <summary>The start of the part that answers guests.</summary>
internal static class AgentStart
{
    /// <summary>Starts it; a socket that another agent serves ends the program with one line.</summary>
    public static async Task BeginAsync(this AgentServer agent, CancellationToken cancellationToken)
    {
        try
        {
            await agent.StartAsync(cancellationToken);
        }
        catch (ProxySocketException e)
        {
            throw new ProgramEndException(ExitCodes.Unavailable, e.Message, e);
        }
    }
}
