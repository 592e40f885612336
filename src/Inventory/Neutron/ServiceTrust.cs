using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Firstlight.Inventory.Neutron;

/// <summary>How the other end of a TLS connection is known, and how we are known to it. Option names are keystoneauth's.</summary>
public sealed record ServiceTrust
{
    /// <summary>PEM file of the authorities believed (<c>cafile</c>); null for the system's.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>PEM file of our own certificate (<c>certfile</c>); null for none.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>PEM file of its key (<c>keyfile</c>); null when <see cref="CertificateFile"/> holds it too.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Whether anybody is believed (<c>insecure</c>). Default false.</summary>
    public bool Insecure { get; init; }

    /// <summary>Makes a connection pool that trusts so: no redirects, proxies, cookies or compression.</summary>
    /// <param name="connectTimeout">Time to connect, TLS included.</param>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A file holds no certificate or key.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public SocketsHttpHandler CreateHandler(TimeSpan connectTimeout) => new()
    {
        // A redirect or a proxy of the environment would see the token.
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        ConnectTimeout = connectTimeout,

        // So that a changed address record or a newly added backend is noticed.
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),

        // Python's servers close idle connections early.
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(15),
        SslOptions = Options(),
    };

    private SslClientAuthenticationOptions Options()
    {
        var ssl = new SslClientAuthenticationOptions();
        if (Insecure)
        {
#pragma warning disable CA5359 // The operator asked for exactly this by `insecure`.
            ssl.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (AuthorityFile is { } file)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPemFile(file);
            ssl.CertificateChainPolicy = policy;
        }

        if (CertificateFile is { } certificate) ssl.ClientCertificates = [X509Certificate2.CreateFromPemFile(certificate, KeyFile)];
        return ssl;
    }
}
