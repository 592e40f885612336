using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Firstlight.Api.Listen;

/// <summary>TLS towards clients of the metadata API, from PEM files that are read once, at start.</summary>
/// <param name="CertificateFile">The server's certificate first, then its chain.</param>
/// <param name="KeyFile">Its key, not encrypted; null where <paramref name="CertificateFile"/> holds it too.</param>
/// <param name="ClientAuthorityFile">Authorities: a client without a certificate of one of them is refused. Null asks clients for none.</param>
public sealed record MetadataApiTls(string CertificateFile, string? KeyFile = null, string? ClientAuthorityFile = null)
{
    // RFC 5280, 4.2.1.12: TLS WWW client authentication.
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>Reads the files and forgets them again.</summary>
    /// <exception cref="CryptographicException">A file holds no certificate, or the key is not the certificate's.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public void Check()
    {
        using var certificate = Certificate();
        if (ClientAuthorityFile is not null) _ = Authorities(ClientAuthorityFile);
    }

    /// <summary>The options of Kestrel's listener.</summary>
    /// <exception cref="CryptographicException">A file holds no certificate, or the key is not the certificate's.</exception>
    internal HttpsConnectionAdapterOptions Options()
    {
        var options = new HttpsConnectionAdapterOptions { ServerCertificate = Certificate(), ServerCertificateChain = [] };
        options.ServerCertificateChain.ImportFromPemFile(CertificateFile);
        if (ClientAuthorityFile is null) return options;

        var authorities = Authorities(ClientAuthorityFile);
        options.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
        options.ClientCertificateValidation = (client, offered, _) => IsOf(authorities, client, offered);
        return options;
    }

    private X509Certificate2 Certificate()
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(CertificateFile, KeyFile);
        }
        catch (ArgumentException e)
        {
            // What the framework says of a key that belongs to another certificate.
            throw new CryptographicException($"the key of {KeyFile ?? CertificateFile} is not that of the certificate in {CertificateFile}", e);
        }
    }

    private static X509Certificate2Collection Authorities(string file)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(file);
        return authorities.Count > 0 ? authorities : throw new CryptographicException($"{file} holds no certificate");
    }

    // The framework judged by the system's authorities; here only the configured ones count.
    private static bool IsOf(X509Certificate2Collection authorities, X509Certificate2 client, X509Chain? offered)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        if (offered is not null) chain.ChainPolicy.ExtraStore.AddRange(offered.ChainPolicy.ExtraStore);
        return chain.Build(client);
    }
}
