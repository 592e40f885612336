namespace Firstlight.Plumbing.Reconcile;

/// <summary>Something of a unit is left alone for a while, because it failed again and again; the rest of the unit is as wanted.</summary>
/// <param name="message">What and why, in one line.</param>
/// <param name="until">When it is tried again.</param>
internal sealed class UnitWaitsException(string message, DateTimeOffset until) : Exception(message)
{
    /// <summary>When it is tried again.</summary>
    public DateTimeOffset Until { get; } = until;
}
