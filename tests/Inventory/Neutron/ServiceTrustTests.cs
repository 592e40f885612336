using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Firstlight.Api.Tests.Support;
using Firstlight.Inventory.Neutron;
using Firstlight.Inventory.Neutron.Keystone;
using Microsoft.AspNetCore.Http;

namespace Firstlight.Inventory.Tests.Neutron;

public sealed class ServiceTrustTests : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("flt-");
    private readonly X509Certificate2 _certificate = Certificate();
    private HttpPeer _peer = null!;

    public async ValueTask InitializeAsync() => _peer = await HttpPeer.StartAsync((context, _) => context.Response.WriteAsync("{\"ports\": []}"), _certificate);

    public async ValueTask DisposeAsync()
    {
        await _peer.DisposeAsync();
        _certificate.Dispose();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task A_named_authority_is_believed() => Assert.Empty(await AskAsync(new ServiceTrust { AuthorityFile = Write(_certificate) }));

    [Fact]
    public async Task Anybody_is_believed_when_the_operator_says_so() => Assert.Empty(await AskAsync(new ServiceTrust { Insecure = true }));

    [Fact]
    public async Task An_unknown_authority_is_not_believed()
    {
        using var other = Certificate();
        await Assert.ThrowsAsync<InventoryUnavailableException>(() => AskAsync(new ServiceTrust()));
        await Assert.ThrowsAsync<InventoryUnavailableException>(() => AskAsync(new ServiceTrust { AuthorityFile = Write(other) }));
        Assert.Empty(_peer.Received);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Our_own_certificate_is_shown(bool keyInFileOfItsOwn)
    {
        using var ours = Certificate();
        var key = ours.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem();
        var keyFile = Path.Combine(_directory.FullName, "key.pem");
        await File.WriteAllTextAsync(keyFile, key);
        var file = Write(ours);
        if (!keyInFileOfItsOwn) await File.AppendAllTextAsync(file, key);

        await AskAsync(new ServiceTrust { Insecure = true, CertificateFile = file, KeyFile = keyInFileOfItsOwn ? keyFile : null });
        Assert.Equal(ours.Thumbprint, _peer.ClientCertificate);
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
        File.WriteAllText(file, certificate.ExportCertificatePem() + "\n");
        return file;
    }

    private async Task<IReadOnlyList<NeutronPort>> AskAsync(ServiceTrust trust)
    {
        using var session = new KeystoneSession(new KeystoneOptions { Method = KeystoneMethod.None }, TimeProvider.System);
        using var client = new NeutronClient(new NeutronOptions { EndpointOverride = _peer.Address(scheme: "https"), Trust = trust, Retries = 0 }, session, TimeProvider.System);
        return await client.PortsAsync(NeutronQuery.All, CancellationToken.None);
    }
}
