using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Firstlight.Agent.Forward;

/// <summary>The TLS side of <see cref="HttpUpstreamOptions"/>.</summary>
internal static class HttpUpstreamTrust
{
    public static SslClientAuthenticationOptions From(HttpUpstreamOptions options)
    {
        var ssl = new SslClientAuthenticationOptions();
        if (options.Insecure)
        {
#pragma warning disable CA5359 // The operator asked for exactly this by nova_metadata_insecure.
            ssl.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (options.AuthorityFile is { } file)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPemFile(file);
            ssl.CertificateChainPolicy = policy;
        }

        if (options is { ClientCertificateFile: { Length: > 0 } certificate, ClientKeyFile: { Length: > 0 } key })
            ssl.ClientCertificates = [X509Certificate2.CreateFromPemFile(certificate, key)];
        return ssl;
    }
}
