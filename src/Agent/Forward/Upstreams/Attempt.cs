namespace Firstlight.Agent.Forward.Upstreams;

/// <summary>How one request to one server ended.</summary>
internal enum AttemptOutcome
{
    /// <summary>With a whole answer, whatever its status.</summary>
    Answered,

    /// <summary>Without a connection: nothing was sent, so anything may be sent elsewhere.</summary>
    NotSent,

    /// <summary>The connection ended before a whole answer: the server may have acted on the request.</summary>
    Broken,

    /// <summary>What came is no answer a metadata API gives: no HTTP, or without end.</summary>
    Unusable,
}

/// <summary>The end of one request to one server.</summary>
/// <param name="Outcome">How.</param>
/// <param name="Answer">Set when answered.</param>
/// <param name="Reason">What went wrong, one line that names the server; null when answered.</param>
/// <param name="Cause">What was thrown, if anything was.</param>
internal readonly record struct Attempt(AttemptOutcome Outcome, UpstreamAnswer Answer, string? Reason, Exception? Cause)
{
    public static implicit operator Attempt(UpstreamAnswer answer) => new(AttemptOutcome.Answered, answer, null, null);
}
