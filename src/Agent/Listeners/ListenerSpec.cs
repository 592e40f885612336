using System.Net;
using Firstlight.Inventory;

namespace Firstlight.Agent.Listeners;

/// <summary>A listener that should be there. Two specs are the same listener when all their members are equal.</summary>
/// <param name="Scope">The network or router that everybody who connects belongs to: the trusted half of a guest's identity.</param>
/// <param name="NamespacePath">File of the namespace, such as <c>/run/netns/qdhcp-…</c>; it may not exist yet.</param>
/// <param name="Address">Address to listen on, without scope id; may be a wildcard.</param>
/// <param name="Port">TCP port.</param>
/// <param name="Device">Device of a link-local <paramref name="Address"/>, by its name inside the namespace; null for any other.</param>
public sealed record ListenerSpec(Scope Scope, string NamespacePath, IPAddress Address, int Port, string? Device)
{
    /// <summary>Such as <c>169.254.169.254:80 in /run/netns/qdhcp-… (network …)</c>.</summary>
    public override string ToString() => $"{new IPEndPoint(Address, Port)}{(Device is null ? "" : "%" + Device)} in {NamespacePath} ({Scope})";
}

/// <summary>Whether a wanted listener listens.</summary>
public enum ListenerState
{
    /// <summary>Guests can connect.</summary>
    Listening,

    /// <summary>Its namespace does not exist now; opened as soon as it does.</summary>
    NamespaceMissing,

    /// <summary>It could not be opened; tried again with growing pauses up to 5 s.</summary>
    Failing,
}

/// <summary>What a reconcile turn left behind.</summary>
/// <param name="Listening">How many wanted listeners listen.</param>
/// <param name="Problems">Each wanted listener that does not; the agent keeps trying by itself.</param>
public sealed record ListenerReport(int Listening, IReadOnlyList<ListenerProblem> Problems);

/// <summary>A wanted listener that does not listen.</summary>
/// <param name="Spec">Which.</param>
/// <param name="State">Missing or failing.</param>
/// <param name="Reason">The call, the namespace and the errno, one line.</param>
public sealed record ListenerProblem(ListenerSpec Spec, ListenerState State, string Reason);
