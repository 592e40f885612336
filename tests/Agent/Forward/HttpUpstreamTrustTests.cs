using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Firstlight.Agent.Forward;
using Firstlight.Agent.Tests.Support;
using Firstlight.Metadata.Identity;
using Microsoft.Extensions.Logging.Abstractions;

namespace Firstlight.Agent.Tests.Forward;

public sealed class HttpUpstreamTrustTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("flt-");
    private readonly X509Certificate2 _certificate = Certificate();

    [Fact]
    public async Task Named_authority_is_trusted()
    {
        await using var peer = await HttpPeer.StartAsync(certificate: _certificate);

        Assert.Equal(200, (await Ask(peer, new HttpUpstreamOptions { AuthorityFile = Write(_certificate) })).Status);
    }

    [Fact]
    public async Task Unknown_authority_reads_as_unavailable()
    {
        await using var peer = await HttpPeer.StartAsync(certificate: _certificate);
        using var other = Certificate();

        await Assert.ThrowsAsync<UpstreamUnavailableException>(() => Ask(peer, new HttpUpstreamOptions()));
        await Assert.ThrowsAsync<UpstreamUnavailableException>(() => Ask(peer, new HttpUpstreamOptions { AuthorityFile = Write(other) }));
        Assert.Empty(peer.Received);
    }

    [Fact]
    public async Task Insecure_trusts_anybody()
    {
        await using var peer = await HttpPeer.StartAsync(certificate: _certificate);

        Assert.Equal(200, (await Ask(peer, new HttpUpstreamOptions { Insecure = true })).Status);
    }

    public void Dispose()
    {
        _certificate.Dispose();
        _directory.Delete(recursive: true);
    }

    private static async Task<UpstreamAnswer> Ask(HttpPeer peer, HttpUpstreamOptions options)
    {
        using var upstream = new HttpUpstream(options with { Protocol = "https", Port = peer.Port }, TimeProvider.System, NullLogger<HttpUpstream>.Instance);
        var request = new SignedRequest("GET", "/x", "10.0.0.5", new InstanceId("instance"), new ProjectId("project"), "signature", default, HasContentLength: true);
        return await upstream.SendAsync(request, CancellationToken.None);
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=test-{Guid.NewGuid():N}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private string Write(X509Certificate2 certificate)
    {
        var file = Path.Combine(_directory.FullName, $"{certificate.Thumbprint}.pem");
        File.WriteAllText(file, certificate.ExportCertificatePem());
        return file;
    }
}
