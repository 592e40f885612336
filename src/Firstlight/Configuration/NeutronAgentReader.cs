using Firstlight.Inventory.Neutron.Heartbeat;
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
        if (reader.Read(Known.TransportUrl) is not { Length: > 0 } text) return null;
        var tls = new BrokerTls
        {
            Enabled = reader.Read(Known.RabbitTls),
            AuthorityFile = reader.Read(Known.RabbitTlsCaFile),
            CertificateFile = reader.Read(Known.RabbitTlsCertFile),
            KeyFile = reader.Read(Known.RabbitTlsKeyFile),
            VerifyHostName = reader.Read(Known.RabbitTlsHostName),
        };
        if (tls.Enabled)
        {
            FileCheck.Readable(reader, Known.RabbitTlsCaFile, tls.AuthorityFile);
            FileCheck.Readable(reader, Known.RabbitTlsCertFile, tls.CertificateFile);
            FileCheck.Readable(reader, Known.RabbitTlsKeyFile, tls.KeyFile);
        }

        try
        {
            return new BusSettings(TransportUrl.Parse(text), TimeSpan.FromSeconds(reader.Read(Known.ReportInterval)), reader.Read(Known.LogAgentHeartbeats), tls);
        }
        catch (FormatException e)
        {
            reader.Fail(Known.TransportUrl, e.Message);
            return null;
        }
    }
}
