using Firstlight.Plumbing.Attach;

namespace Firstlight.Cli.Verbs;

/// <summary>How a port's guard is told in one line.</summary>
internal static class GuardText
{
    /// <summary>Such as <c>guarded: …</c> or <c>not guarded: …</c>.</summary>
    public static string Of(GuardState state) => $"{(state.IsGuarded ? "guarded" : "not guarded")}: {state.Reason}";
}
