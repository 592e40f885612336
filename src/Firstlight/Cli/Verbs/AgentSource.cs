using Firstlight.Cli.Views;

namespace Firstlight.Cli.Verbs;

/// <summary>Someone who knows of running agents. Those of this host tell of themselves by their files; another source may know those of other hosts.</summary>
internal interface IAgentSource
{
    /// <summary>Every agent it knows of, as it is now, in any order.</summary>
    Task<IReadOnlyList<AgentDetailView>> FindAsync(CancellationToken cancellationToken);
}
