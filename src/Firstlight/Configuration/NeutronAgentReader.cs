using Known = Firstlight.Configuration.OptionCatalogue;

namespace Firstlight.Configuration;

/// <summary>Reads what a metadata agent beside Neutron's other agents needs; mistakes go to the reader.</summary>
internal static class NeutronAgentReader
{
    /// <summary>The settings; null in other roles, or where Neutron cannot be reached so.</summary>
    public static NeutronAgentSettings? Read(OptionReader reader, ProgramRole role)
    {
        if (role != ProgramRole.MetadataAgent) return null;
        var faces = reader.Read(Known.AgentListen);
        if (faces.IsEmpty || faces.Any(face => face is not ("socket" or "namespaces"))) reader.Fail(Known.AgentListen, "must name socket, namespaces or both");
        if (reader.Read(Known.MetadataApiInProcess) && !reader.OnNova)
            reader.Fail(Known.MetadataApiInProcess, "needs Nova's databases: give nova.conf as a configuration file too, or set [api_database] and [database] connection");
        if (NeutronAccessReader.ForPorts(reader) is not { } neutron) return null;
        return new NeutronAgentSettings(
            faces.Contains("socket", StringComparer.Ordinal),
            faces.Contains("namespaces", StringComparer.Ordinal),
            reader.Read(Known.StandInDirectory),
            reader.Read(Known.OnlyRegisteredNamespaces),
            neutron,
            reader.Read(Known.PortCacheTime),
            Bus(reader));
    }

    private static BusSettings? Bus(OptionReader reader)
    {
        if (reader.Read(Known.TransportUrl) is not { Length: > 0 } url) return null;
        var bus = new BusSettings(
            new Secret(url),
            TimeSpan.FromSeconds(reader.Read(Known.ReportInterval)),
            reader.Read(Known.LogAgentHeartbeats),
            reader.Read(Known.RabbitTls),
            reader.Read(Known.RabbitTlsCaFile),
            reader.Read(Known.RabbitTlsCertFile),
            reader.Read(Known.RabbitTlsKeyFile));
        if (!bus.Tls) return bus;
        FileCheck.Readable(reader, Known.RabbitTlsCaFile, bus.AuthorityFile);
        FileCheck.Readable(reader, Known.RabbitTlsCertFile, bus.CertificateFile);
        FileCheck.Readable(reader, Known.RabbitTlsKeyFile, bus.KeyFile);
        return bus;
    }
}
