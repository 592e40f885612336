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
/// <param name="TransportUrl">Of oslo.messaging, with the password.</param>
/// <param name="ReportInterval">Time between reports.</param>
/// <param name="LogHeartbeats">Ask Neutron to log them.</param>
/// <param name="Tls">Speak TLS.</param>
/// <param name="AuthorityFile">Authorities of the bus; null takes any certificate.</param>
/// <param name="CertificateFile">Our certificate, or null.</param>
/// <param name="KeyFile">Its key, or null.</param>
internal sealed record BusSettings(
    Secret TransportUrl, TimeSpan ReportInterval, bool LogHeartbeats, bool Tls, string? AuthorityFile, string? CertificateFile, string? KeyFile);
