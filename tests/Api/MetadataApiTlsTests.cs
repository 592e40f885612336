using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Firstlight.Api.Listen;
using Firstlight.Api.Tests.Support;
using Firstlight.Metadata.Identity;
using Firstlight.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Firstlight.Api.Tests;

/// <summary>The metadata API behind TLS, over real sockets.</summary>
public sealed class MetadataApiTlsTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("firstlight-tls-").FullName;
    private readonly Authority _authority = new("CN=authority");

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Answers_over_TLS_with_the_certificate_of_the_files()
    {
        using var certificate = _authority.Issue("CN=metadata.example");
        await using var server = await StartAsync(new MetadataApiTls(Written("server.pem", certificate.ExportCertificatePem()), Key("server.key", certificate)));
        var (answer, shown) = await GetAsync(server, client: null);

        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.EndsWith("2009-04-04\nlatest", answer, StringComparison.Ordinal);
        Assert.Equal(certificate.Thumbprint, shown);
    }

    [Fact]
    public async Task One_file_may_hold_certificate_chain_and_key()
    {
        using var certificate = _authority.Issue("CN=metadata.example");
        using var key = certificate.GetECDsaPrivateKey()!;
        var file = Written("all.pem", $"{certificate.ExportCertificatePem()}\n{_authority.Certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
        await using var server = await StartAsync(new MetadataApiTls(file));

        Assert.Equal(certificate.Thumbprint, (await GetAsync(server, client: null)).Shown);
    }

    [Fact]
    public async Task With_an_authority_only_its_clients_are_served()
    {
        using var certificate = _authority.Issue("CN=metadata.example");
        using var client = _authority.Issue("CN=agent");
        using var otherAuthority = new Authority("CN=authority");
        using var stranger = otherAuthority.Issue("CN=agent");
        await using var server = await StartAsync(new MetadataApiTls(
            Written("server.pem", certificate.ExportCertificatePem()), Key("server.key", certificate), Written("ca.pem", _authority.Certificate.ExportCertificatePem())));

        Assert.StartsWith("HTTP/1.1 200", (await GetAsync(server, client)).Answer, StringComparison.Ordinal);
        await AssertRefusedAsync(server, client: null);
        await AssertRefusedAsync(server, stranger);
    }

    [Fact]
    public async Task Plain_HTTP_gets_no_answer_on_a_TLS_port()
    {
        using var certificate = _authority.Issue("CN=metadata.example");
        await using var server = await StartAsync(new MetadataApiTls(Written("server.pem", certificate.ExportCertificatePem()), Key("server.key", certificate)));
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.EndPoints[0]);
        await socket.SendAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray());

        var text = "";
        var buffer = new byte[4096];
        try
        {
            for (int read; (read = await socket.ReceiveAsync(buffer)) > 0;) text += Encoding.Latin1.GetString(buffer, 0, read);
        }
        catch (SocketException)
        {
            // Reset instead of closed: no answer either.
        }

        Assert.DoesNotContain("HTTP", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_keep_alive_each_answer_says_that_the_connection_closes()
    {
        await using var server = await StartAsync(tls: null, new MetadataApiLimits { KeepAlive = false });
        var answer = await RawHttp.SendAsync(server.EndPoints[0], "GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());

        Assert.Equal((200, "close"), (answer.Status, answer["Connection"]));
    }

    private async Task AssertRefusedAsync(Running server, X509Certificate2? client)
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => GetAsync(server, client));
        Assert.True(failure is IOException or AuthenticationException, failure.ToString());
    }

    private async Task<(string Answer, string Shown)> GetAsync(Running server, X509Certificate2? client)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var socket = new TcpClient();
        await socket.ConnectAsync(server.EndPoints[0], deadline.Token);
        await using var tls = new SslStream(socket.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "metadata.example",
            ClientCertificateContext = client is null ? null : SslStreamCertificateContext.Create(client, additionalCertificates: null, offline: true),
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, CustomTrustStore = { _authority.Certificate },
            },
        }, deadline.Token);
        var shown = ((X509Certificate2)tls.RemoteCertificate!).Thumbprint;
        await tls.WriteAsync("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"u8.ToArray(), deadline.Token);
        using var reader = new StreamReader(tls, Encoding.Latin1);
        var answer = await reader.ReadToEndAsync(deadline.Token);
        return answer.Length > 0 ? (answer, shown) : throw new IOException("closed without an answer");
    }

    private static async Task<Running> StartAsync(MetadataApiTls? tls, MetadataApiLimits? limits = null)
    {
        var api = new MetadataApi(new ApiOptions(), new Signature("s"), new FixtureSource([]), TimeProvider.System, NullLogger<MetadataApi>.Instance);
        var server = new MetadataApiServer(api, [new IPEndPoint(IPAddress.Loopback, 0)], NullLoggerFactory.Instance, limits, tls);
        await server.StartAsync(CancellationToken.None);
        return new Running(api, server);
    }

    private string Written(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        return path;
    }

    private string Key(string name, X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        return Written(name, key.ExportPkcs8PrivateKeyPem());
    }

    private sealed record Running(MetadataApi Api, MetadataApiServer Server) : IAsyncDisposable
    {
        public IReadOnlyList<IPEndPoint> EndPoints => Server.EndPoints;

        public async ValueTask DisposeAsync()
        {
            await Server.DisposeAsync();
            Api.Dispose();
        }
    }

    private sealed class Authority : IDisposable
    {
        private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        public Authority(string name)
        {
            var request = new CertificateRequest(name, _key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
            Certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddDays(2));
        }

        public X509Certificate2 Certificate { get; }

        public X509Certificate2 Issue(string name)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(name["CN=".Length..]);
            request.CertificateExtensions.Add(names.Build());
            using var certificate = request.Create(Certificate, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1), RandomNumberGenerator.GetBytes(8));
            return certificate.CopyWithPrivateKey(key);
        }

        public void Dispose()
        {
            Certificate.Dispose();
            _key.Dispose();
        }
    }
}
