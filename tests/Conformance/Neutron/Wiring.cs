namespace Firstlight.Conformance.Tests.Neutron;

/// <summary>Which parts on the way of a guest's request are the real ones and which are ours.</summary>
/// <param name="Name">For people.</param>
/// <param name="StandIn">Neutron's agents call the haproxy stand-in, and our agent listens in their namespaces; otherwise real haproxies do.</param>
/// <param name="OurAgent">Ours in place of neutron-metadata-agent.</param>
/// <param name="OurApi">Ours in place of Nova's metadata API, on Nova's databases.</param>
/// <param name="OneProcess">Our API in our agent's process.</param>
public sealed record Wiring(string Name, bool StandIn, bool OurAgent, bool OurApi, bool OneProcess = false)
{
    public static Wiring AllReal { get; } = new("haproxy, neutron-metadata-agent, Nova", false, false, false);

    public static Wiring OurAgentOnSocket { get; } = new("haproxy, our agent, Nova", false, true, false);

    public static Wiring OurListeners { get; } = new("our listener through the stand-in, our agent, Nova", true, true, false);

    public static Wiring OurApiAlone { get; } = new("haproxy, neutron-metadata-agent, our API", false, false, true);

    public static Wiring AllOurs { get; } = new("our listener through the stand-in, our agent, our API", true, true, true);

    public static Wiring AllOursInOneProcess { get; } = new("our listener through the stand-in, our agent and API in one process", true, true, true, OneProcess: true);

    /// <summary>All of them, in the order that changes the least from one to the next.</summary>
    public static IReadOnlyList<Wiring> All { get; } = [AllReal, OurApiAlone, OurAgentOnSocket, OurListeners, AllOurs, AllOursInOneProcess];

    public override string ToString() => Name;
}
