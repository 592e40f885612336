namespace Firstlight.Doctor;

/// <summary>How a hop of the path fares.</summary>
internal enum FindingState
{
    /// <summary>As it shall be.</summary>
    Right,

    /// <summary>It works, but not as one would expect.</summary>
    Odd,

    /// <summary>Guests get no metadata, or wrong metadata, because of it.</summary>
    Wrong,

    /// <summary>It hangs on a hop that is wrong, or there is nothing to look at.</summary>
    NotLookedAt,
}

/// <summary>What was found at one hop.</summary>
/// <param name="Hop">The hop, in one word.</param>
/// <param name="State">How it fares.</param>
/// <param name="Seen">What was seen, one line.</param>
/// <param name="Why">Why that is wrong or odd; null for neither.</param>
/// <param name="Mend">What to do about it; null with <paramref name="Why"/>.</param>
internal sealed record Finding(string Hop, FindingState State, string Seen, string? Why, string? Mend)
{
    public static Finding Right(string hop, string seen) => new(hop, FindingState.Right, seen, null, null);

    public static Finding Odd(string hop, string seen, string why, string mend) => new(hop, FindingState.Odd, seen, why, mend);

    public static Finding Wrong(string hop, string seen, string why, string mend) => new(hop, FindingState.Wrong, seen, why, mend);

    public static Finding NotLookedAt(string hop, string because) => new(hop, FindingState.NotLookedAt, because, null, null);

    /// <summary>Whether hops behind it can be looked at.</summary>
    public bool IsPassable => State is FindingState.Right or FindingState.Odd;
}
