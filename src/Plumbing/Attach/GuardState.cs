namespace Firstlight.Plumbing.Attach;

/// <summary>What the kernel's rules hold a port to.</summary>
/// <param name="IsGuarded">Whether only what the port may send passes.</param>
/// <param name="IsOff">Whether everything passes on purpose.</param>
/// <param name="Reason">Why, in one line.</param>
public sealed record GuardState(bool IsGuarded, bool IsOff, string Reason);
