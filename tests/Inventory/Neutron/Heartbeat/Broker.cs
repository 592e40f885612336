using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Firstlight.Inventory.Neutron.Heartbeat;
using Firstlight.Tests.Support;

namespace Firstlight.Inventory.Tests.Neutron.Heartbeat;

/// <summary>The one RabbitMQ of these tests: a user and virtual host that need encoding in a URL, and TLS by an authority of its own.</summary>
public sealed class Broker : IDisposable
{
    public const string User = "neutron@cloud";
    public const string Password = "p/a:s@s,w?rd";
    public const string VirtualHost = "/cloud one";

    public Broker() => Server = new RabbitMqServer(Configuration);

    public RabbitMqServer Server { get; }

    /// <summary>Where to report, in the clear.</summary>
    public string Url => $"rabbit://{Credentials}127.0.0.1:{Server.Port}/{Path}";

    public static string Credentials => $"{Uri.EscapeDataString(User)}:{Uri.EscapeDataString(Password)}@";

    public static string Path => Uri.EscapeDataString(VirtualHost);

    public string AuthorityFile => System.IO.Path.Combine(Server.Root, "ca.pem");

    public string OtherAuthorityFile => System.IO.Path.Combine(Server.Root, "other.pem");

    /// <summary>A file of the certificates: <c>client</c> is of the broker's authority, <c>stranger</c> of another.</summary>
    public string FileOf(string name) => System.IO.Path.Combine(Server.Root, name);

    public HeartbeatOptions Options(string? url = null) => new()
    {
        Url = TransportUrl.Parse(url ?? Url),
        Host = "compute-7",
        MetadataProxySocket = "/var/lib/neutron/metadata_proxy",
        RetryInterval = TimeSpan.FromMilliseconds(20),
        RetryBackoff = TimeSpan.FromMilliseconds(20),
        RetryMaximum = TimeSpan.FromMilliseconds(200),
    };

    public void Dispose() => Server.Dispose();

    private static IEnumerable<string> Configuration(string root, int tlsPort)
    {
        using (var other = WriteAuthority(root, "other"))
        using (var authority = WriteAuthority(root, "ca"))
        {
            WriteSigned(root, authority, "server");
            WriteSigned(root, authority, "client");
            WriteSigned(root, other, "stranger");
        }

        return
        [
            $"default_user = {User}", $"default_pass = {Password}", $"default_vhost = {VirtualHost}",
            $"listeners.ssl.1 = 127.0.0.1:{tlsPort}",
            $"ssl_options.cacertfile = {root}/ca.pem", $"ssl_options.certfile = {root}/server.pem", $"ssl_options.keyfile = {root}/server.key",
            // Who shows a certificate must show one of this authority; nobody need show one.
            "ssl_options.verify = verify_peer", "ssl_options.fail_if_no_peer_cert = false",
        ];
    }

    private static X509Certificate2 WriteAuthority(string root, string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(2));
        File.WriteAllText(System.IO.Path.Combine(root, name + ".pem"), certificate.ExportCertificatePem());
        return certificate;
    }

    // For localhost by name only, so that the address 127.0.0.1 is another host.
    private static void WriteSigned(string root, X509Certificate2 authority, string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authority, DateTimeOffset.UtcNow.AddMinutes(-30), DateTimeOffset.UtcNow.AddHours(1), RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(System.IO.Path.Combine(root, name + ".pem"), certificate.ExportCertificatePem());
        File.WriteAllText(System.IO.Path.Combine(root, name + ".key"), key.ExportRSAPrivateKeyPem());
    }
}

[CollectionDefinition(Name)]
public sealed class BrokerCollection : ICollectionFixture<Broker>
{
    public const string Name = "RabbitMQ";
}
