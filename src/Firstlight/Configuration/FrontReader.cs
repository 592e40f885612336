using System.Security.Cryptography;
using Firstlight.Api.Listen;
using Known = Firstlight.Configuration.OptionCatalogue;

namespace Firstlight.Configuration;

/// <summary>Reads how clients of the metadata API are met: TLS and silent connections.</summary>
internal static class FrontReader
{
    // Nova's 0 is for ever; a peer that vanished must not hold a connection so long.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromDays(1);

    /// <summary>TLS of the role; null for none. Certificates are opened, so that a bad one is found now.</summary>
    public static TlsSettings? Tls(OptionReader reader, ProgramRole role)
    {
        if (role != ProgramRole.MetadataApi || !reader.Read(Known.EnabledSslApis).Contains("metadata", StringComparer.Ordinal)) return null;
        if (reader.Read(Known.SslCertFile) is not { } certificate)
        {
            reader.Fail(Known.SslCertFile, "must be set where enabled_ssl_apis has metadata");
            return null;
        }

        var tls = new TlsSettings(certificate, reader.Read(Known.SslKeyFile), reader.Read(Known.SslCaFile));
        if (!FileCheck.Readable(reader, Known.SslCertFile, certificate) | !FileCheck.Readable(reader, Known.SslKeyFile, tls.KeyFile)
            | !FileCheck.Readable(reader, Known.SslCaFile, tls.ClientAuthorityFile)) return tls;
        try
        {
            new MetadataApiTls(certificate, tls.KeyFile, tls.ClientAuthorityFile).Check();
        }
        catch (CryptographicException e)
        {
            reader.Fail(Known.SslCertFile, $"the certificates cannot be used: {e.Message}");
        }

        return tls;
    }

    /// <summary>How long a connection may be silent: ours where it is written, else Nova's where that is, else our default.</summary>
    public static TimeSpan IdleTimeout(OptionReader reader, ProgramRole role)
    {
        if (role != ProgramRole.MetadataApi || reader.IsSet(Known.IdleTimeout) || !reader.IsSet(Known.ClientSocketTimeout)) return reader.Read(Known.IdleTimeout);
        var seconds = reader.Read(Known.ClientSocketTimeout);
        return seconds == TimeSpan.Zero || seconds > LongestSilence ? LongestSilence : seconds;
    }
}
