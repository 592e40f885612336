using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RabbitMQ.Client;

namespace Firstlight.Inventory.Neutron.Heartbeat;

/// <summary>TLS towards a broker. Option names are those of <c>[oslo_messaging_rabbit]</c>, and so are the rules of what is verified.</summary>
public sealed record BrokerTls
{
    /// <summary>Whether TLS is spoken (<c>ssl</c>). Default false.</summary>
    public bool Enabled { get; init; }

    /// <summary>PEM file of the authorities believed (<c>ssl_ca_file</c>); null (default) verifies nothing, which is logged.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>PEM file of our own certificate (<c>ssl_cert_file</c>); null for none.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>PEM file of its key (<c>ssl_key_file</c>); null when <see cref="CertificateFile"/> holds it too.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Whether the certificate must name the host as the URL does (<c>ssl_enforce_hostname_verification</c>). Default false; no effect without authorities.</summary>
    public bool VerifyHostName { get; init; }

    /// <summary>What the client library needs, with files as they are now.</summary>
    /// <param name="host">Name the certificate is to have.</param>
    /// <param name="refused">Told why a certificate is not believed.</param>
    internal SslOption CreateOption(string host, Action<string> refused)
    {
        var option = new SslOption(host) { Enabled = Enabled };
        if (!Enabled) return option;
        if (CertificateFile is { } file) option.Certs = [X509Certificate2.CreateFromPemFile(file, KeyFile)];
        if (AuthorityFile is null)
        {
#pragma warning disable CA5359 // oslo.messaging's meaning of `ssl` without `ssl_ca_file`; operators rely on it, and it is logged.
            option.CertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
            return option;
        }

        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(AuthorityFile);
        if (authorities.Count == 0) throw new CryptographicException($"{AuthorityFile} holds no certificate");
        option.CertificateValidationCallback = (_, certificate, chain, errors) =>
        {
            var reason = Refusal(certificate as X509Certificate2, chain, errors, authorities);
            if (reason is not null) refused(reason);
            return reason is null;
        };
        return option;
    }

    private string? Refusal(X509Certificate2? certificate, X509Chain? presented, SslPolicyErrors errors, X509Certificate2Collection authorities)
    {
        if (certificate is null) return "the broker has no certificate";
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        if (presented is not null) chain.ChainPolicy.ExtraStore.AddRange(presented.ChainPolicy.ExtraStore);
        if (!chain.Build(certificate))
            return $"the broker's certificate is not believed by ssl_ca_file ({string.Join(", ", chain.ChainStatus.Select(s => s.Status).Distinct())})";
        return VerifyHostName && errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) ? "the broker's certificate is for another host name" : null;
    }
}
