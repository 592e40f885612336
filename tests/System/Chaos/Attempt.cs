namespace Firstlight.System.Tests.Chaos;

/// <summary>How a question ended.</summary>
internal enum AttemptEnd
{
    /// <summary>The right answer.</summary>
    Served,

    /// <summary>None, or a passing one (503).</summary>
    NotServed,

    /// <summary>An answer that a guest takes as final: that it is nobody, or something that is not of its instance.</summary>
    Wrong,

    /// <summary>What belongs to another guest.</summary>
    Foreign,
}

/// <summary>One question over one new connection.</summary>
/// <param name="Began">Before the socket was made.</param>
/// <param name="Ended">When the answer was whole, or when it was given up.</param>
/// <param name="End">How it ended.</param>
/// <param name="Detail">Why it was not served; empty when it was.</param>
internal readonly record struct Attempt(TimeSpan Began, TimeSpan Ended, AttemptEnd End, string Detail);
