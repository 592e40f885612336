using System.Collections.Immutable;

namespace Firstlight.Plumbing.Reconcile;

/// <summary>A network or router, or the guard, that is not as wanted.</summary>
/// <param name="Unit">Which.</param>
/// <param name="Reason">One line that says what was attempted and why it failed.</param>
/// <param name="Since">When it began to fail.</param>
/// <param name="Attempts">How often it was tried since.</param>
/// <param name="RetryAt">When it is tried again at the latest.</param>
public sealed record FailingUnit(Unit Unit, string Reason, DateTimeOffset Since, int Attempts, DateTimeOffset? RetryAt);

/// <summary>How it stands with a host's networks and routers.</summary>
/// <param name="InOrder">How many are as wanted, as far as the last looks showed.</param>
/// <param name="Outstanding">How many of which something is wanted that was not tried yet.</param>
/// <param name="Failing">Those that are not as wanted, by name.</param>
public sealed record HostState(int InOrder, int Outstanding, ImmutableArray<FailingUnit> Failing);
