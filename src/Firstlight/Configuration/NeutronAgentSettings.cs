using Firstlight.Inventory.Neutron.Heartbeat;

namespace Firstlight.Configuration;

/// <summary>A metadata agent beside Neutron's other agents.</summary>
/// <param name="OnSocket">Serve Neutron's haproxies.</param>
/// <param name="InNamespaces">Listen in the namespaces Neutron's agents make.</param>
/// <param name="StandInDirectory">Where haproxy stand-ins hand namespaces over.</param>
/// <param name="OnlyRegistered">Listen in those only.</param>
/// <param name="Neutron">How Neutron's API is reached.</param>
/// <param name="PortCacheTime">How long a found port is believed.</param>
/// <param name="Bus">How Neutron is told that the agent is alive; null for not at all.</param>
internal sealed record NeutronAgentSettings(
    bool OnSocket, bool InNamespaces, string StandInDirectory, bool OnlyRegistered, NeutronAccessSettings Neutron, TimeSpan PortCacheTime, BusSettings? Bus);

/// <summary>The message bus.</summary>
/// <param name="Url">Where it is, with the password, which is never printed.</param>
/// <param name="ReportInterval">Time between reports.</param>
/// <param name="LogHeartbeats">Ask Neutron to log them.</param>
/// <param name="Tls">TLS towards it.</param>
internal sealed record BusSettings(TransportUrl Url, TimeSpan ReportInterval, bool LogHeartbeats, BrokerTls Tls);
