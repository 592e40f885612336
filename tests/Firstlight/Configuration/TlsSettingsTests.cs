using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Firstlight.Configuration;
using Firstlight.Tests.Support;

namespace Firstlight.Tests.Configuration;

public sealed class TlsSettingsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private TlsSettings? Tls(string text) => Settings.Load(new ConfigSources
    {
        Role = ProgramRole.MetadataApi,
        Files = [_directory.Write("nova.conf", $"[neutron]\nmetadata_proxy_shared_secret = s\n{text}")],
    }).Api.Tls;

    private string Mistake(string text) => Assert.Single(Assert.Throws<ConfigurationException>(() => Tls(text)).Lines);

    private (string Certificate, string Key) Files(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=metadata", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return (_directory.Write($"{name}.pem", certificate.ExportCertificatePem()), _directory.Write($"{name}.key", key.ExportPkcs8PrivateKeyPem()));
    }

    [Fact]
    public void Certificates_alone_do_not_turn_TLS_on()
    {
        var (certificate, key) = Files("a");
        Assert.Null(Tls($"[DEFAULT]\nenabled_ssl_apis = osapi_compute\n[wsgi]\nssl_cert_file = {certificate}\nssl_key_file = {key}"));
    }

    [Fact]
    public void The_options_of_wsgi_win_over_those_of_ssl()
    {
        var ((certificate, key), (other, _)) = (Files("a"), Files("b"));
        var tls = Tls($"[DEFAULT]\nenabled_ssl_apis = metadata\n[wsgi]\nssl_cert_file = {certificate}\n[ssl]\ncert_file = {other}\nkey_file = {key}\nca_file = {other}");

        Assert.Equal(new TlsSettings(certificate, key, other), tls);
    }

    [Fact]
    public void What_cannot_serve_is_refused_before_the_start()
    {
        var ((certificate, _), (_, foreign)) = (Files("a"), Files("b"));
        Assert.Contains("[wsgi] ssl_cert_file: must be set", Mistake("[DEFAULT]\nenabled_ssl_apis = metadata"), StringComparison.Ordinal);
        Assert.Contains("the certificates cannot be used", Mistake($"[DEFAULT]\nenabled_ssl_apis = metadata\n[wsgi]\nssl_cert_file = {certificate}\nssl_key_file = {foreign}"), StringComparison.Ordinal);
        Assert.Contains("does not exist", Mistake($"[DEFAULT]\nenabled_ssl_apis = metadata\n[wsgi]\nssl_cert_file = {certificate}\nssl_key_file = {certificate}.no"), StringComparison.Ordinal);
    }
}
