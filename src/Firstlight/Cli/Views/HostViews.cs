namespace Firstlight.Cli.Views;

/// <summary>A network or router that is not as wanted, as it is shown.</summary>
/// <param name="Kind"><c>network</c>, <c>router</c> or <c>ports</c> (their guard).</param>
/// <param name="Id">Its id.</param>
/// <param name="Reason">What was attempted and why it failed.</param>
/// <param name="Since">When it began to fail.</param>
/// <param name="Attempts">How often it was tried since.</param>
/// <param name="RetryAt">When it is tried again at the latest.</param>
internal sealed record FailingView(string Kind, string Id, string Reason, DateTimeOffset Since, int Attempts, DateTimeOffset? RetryAt);

/// <summary>How it stands with the networks a role keeps: the part of <c>/status</c>.</summary>
internal sealed record HostNetworksView(string StatePath, int InOrder, int Outstanding, IReadOnlyList<FailingView> Failing);

/// <summary>What this host does about a network or router.</summary>
/// <param name="OnThisHost">In one line.</param>
internal sealed record UnitHereView(string OnThisHost);
