using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Firstlight.Agent.Forward;
using Firstlight.Agent.Tests.Support;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging.Abstractions;

namespace Firstlight.Agent.Tests.Upstream;

/// <summary>The metadata API behind TLS, with authorities that this test made.</summary>
public sealed class UpstreamTlsTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("flt-");
    private readonly X509Certificate2 _authority = Authority();
    private readonly X509Certificate2 _server;

    public UpstreamTlsTests() => _server = Issue(_authority, "server");

    public void Dispose()
    {
        _server.Dispose();
        _authority.Dispose();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Certificate_of_the_named_authority_is_believed()
    {
        await using var peer = await HttpPeer.StartAsync(certificate: _server);

        Assert.Equal(200, (await Ask(peer, new HttpUpstreamOptions { AuthorityFile = Write(_authority) })).Status);
    }

    [Fact]
    public async Task Anybody_elses_certificate_reads_as_unavailable()
    {
        await using var peer = await HttpPeer.StartAsync(certificate: _server);
        using var other = Authority();

        await Assert.ThrowsAsync<UpstreamUnavailableException>(() => Ask(peer, new HttpUpstreamOptions()));
        await Assert.ThrowsAsync<UpstreamUnavailableException>(() => Ask(peer, new HttpUpstreamOptions { AuthorityFile = Write(other) }));
        await Assert.ThrowsAsync<UpstreamUnavailableException>(() => Ask(peer, new HttpUpstreamOptions { AuthorityFile = Write(_authority), Host = "localhost" }));
        Assert.Empty(peer.Received);
    }

    [Fact]
    public async Task Insecure_believes_anybody()
    {
        await using var peer = await HttpPeer.StartAsync(certificate: _server);

        Assert.Equal(200, (await Ask(peer, new HttpUpstreamOptions { Insecure = true })).Status);
    }

    [Fact]
    public async Task Server_that_wants_a_certificate_gets_ours()
    {
        using var ours = Issue(_authority, "agent");
        await using var peer = await Demanding();
        var options = new HttpUpstreamOptions { AuthorityFile = Write(_authority), ClientCertificateFile = Write(ours), ClientKeyFile = WriteKey(ours) };

        Assert.Equal(200, (await Ask(peer, options)).Status);
        Assert.Equal(200, (await Ask(peer, options, Asking.Post)).Status);
    }

    [Fact]
    public async Task Certificate_or_key_alone_is_not_used()
    {
        using var ours = Issue(_authority, "agent");
        await using var peer = await Demanding();
        var options = new HttpUpstreamOptions { AuthorityFile = Write(_authority) };

        foreach (var half in (HttpUpstreamOptions[])[options, options with { ClientCertificateFile = WriteBoth(ours), ClientKeyFile = "" }, options with { ClientKeyFile = WriteKey(ours) }])
            await Assert.ThrowsAsync<UpstreamUnavailableException>(() => Ask(peer, half));
        Assert.Empty(peer.Received);
    }

    [Fact]
    public async Task Guest_of_an_upstream_that_cannot_be_believed_is_told_to_come_back()
    {
        await using var peer = await HttpPeer.StartAsync(certificate: _server);
        using var upstream = Upstream(peer, new HttpUpstreamOptions());
        await using var agent = await TestAgent.StartAsync(new AgentOptions { RecoveryWait = TimeSpan.Zero }, upstream);
        agent.Directory.Add(TestAgent.HomeScope, "127.0.0.1", "instance");

        var reply = await GuestClient.GetHomeAsync(agent.Home, "/x");

        Assert.Equal((503, "1"), (reply.Status, reply.Headers["Retry-After"]));
    }

    private static HttpUpstream Upstream(HttpPeer peer, HttpUpstreamOptions options) =>
        new(options with { Protocol = "https", Port = peer.Port }, TimeProvider.System, NullLogger<HttpUpstream>.Instance);

    private static async Task<UpstreamAnswer> Ask(HttpPeer peer, HttpUpstreamOptions options, SignedRequest? request = null)
    {
        using var upstream = Upstream(peer, options);
        return await upstream.Ask(request);
    }

    private Task<HttpPeer> Demanding() => HttpPeer.StartAsync(certificate: _server, tls: options =>
    {
        options.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
        options.ClientCertificateValidation = (certificate, _, _) => certificate.Issuer == _authority.Subject;
    });

    private static X509Certificate2 Authority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=authority-{Guid.NewGuid():N}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private static X509Certificate2 Issue(X509Certificate2 authority, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), Guid.NewGuid().ToByteArray());
        return issued.CopyWithPrivateKey(key);
    }

    private string Write(X509Certificate2 certificate) => WriteText(certificate.ExportCertificatePem());

    private string WriteKey(X509Certificate2 certificate) => WriteText(certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());

    private string WriteBoth(X509Certificate2 certificate) =>
        WriteText($"{certificate.ExportCertificatePem()}\n{certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()}\n");

    private string WriteText(string text)
    {
        var file = Path.Combine(_directory.FullName, $"{Guid.NewGuid():N}.pem");
        File.WriteAllText(file, text);
        return file;
    }
}
