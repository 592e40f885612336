using System.Collections.Immutable;
using Firstlight.Metadata.Documents;
using Firstlight.Metadata.Errors;

namespace Firstlight.Agent.Forward;

/// <summary>How a guest's request ended, as it is counted.</summary>
internal enum GuestOutcome
{
    /// <summary>The upstream answered for a known instance.</summary>
    Found,

    /// <summary>Nobody's address.</summary>
    Unknown,

    /// <summary>Several ports match the address.</summary>
    Ambiguous,

    /// <summary>Answered from memory because the directory or the upstream was away.</summary>
    Stale,

    /// <summary>A request of a form or size that is not accepted.</summary>
    Refused,

    /// <summary>More requests than the operator allows a guest.</summary>
    Limited,

    /// <summary>Overload, or something behind the agent was away or slow.</summary>
    Unavailable,
}

/// <summary>A complete answer to a guest.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="ContentType">Null for none.</param>
/// <param name="Body">The bytes; empty for HEAD.</param>
/// <param name="ContentLength">What to declare.</param>
/// <param name="Outcome">For the counters.</param>
internal readonly record struct GuestAnswer(int Status, string? ContentType, ReadOnlyMemory<byte> Body, long ContentLength, GuestOutcome Outcome)
{
    /// <summary>Set for the agent's own errors: the guest's <c>Accept</c> then chooses type and body.</summary>
    public ErrorDocument? Page { get; init; }

    /// <summary>Set for an answer from memory: the body is then to be copied from here.</summary>
    public SnapshotEntry? Document { get; init; }

    /// <summary>Further headers, those of the upstream as they came. Default: none.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Headers { get; init; }

    /// <summary>Whether the guest is told to come back in a second.</summary>
    public bool RetrySoon => Status == 503;
}
