using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Firstlight.Inventory.MariaDb;
using Firstlight.Tests.Support;

namespace Firstlight.Inventory.Tests.MariaDb;

public sealed class TlsTests : IDisposable
{
    private readonly DirectoryInfo _files = Directory.CreateTempSubdirectory("firstlight-mariadb-tls-");
    private readonly MariaDbServer _server;

    public TlsTests()
    {
        try
        {
            WriteAuthority("other").Dispose();
            using (var authority = WriteAuthority("ca"))
            {
                WriteSigned(authority, "server");
                WriteSigned(authority, "client");
            }
            _server = new MariaDbServer($"--ssl-ca={File("ca.pem")}", $"--ssl-cert={File("server.pem")}", $"--ssl-key={File("server.key")}");
        }
        catch
        {
            Dispose();
            throw;
        }
        RunningDatabase.Prepare(_server);
        _server.Execute("ALTER USER app REQUIRE X509;");
    }

    private MariaDbTls Tls => new(File("ca.pem"), File("client.pem"), File("client.key"));

    [Fact]
    public async Task A_verified_server_is_talked_to_in_cipher_and_the_connection_is_used_again()
    {
        await using var source = new MariaDbDataSource(RunningDatabase.For(_server) with { Tls = Tls });

        var cipher = await source.ScalarAsync("SELECT VARIABLE_VALUE FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME = 'Ssl_cipher'");
        var sessions = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 5; i++) sessions.Add(Convert.ToString(await source.ScalarAsync("SELECT CONNECTION_ID()"), CultureInfo.InvariantCulture)!);

        Assert.StartsWith("TLS_", (string)cipher!, StringComparison.Ordinal);
        Assert.Single(sessions);
    }

    [Fact]
    public async Task A_suspended_server_keeps_nobody_with_TLS_either()
    {
        await using var source = new MariaDbDataSource(RunningDatabase.For(_server) with { Tls = Tls, CommandTimeout = TimeSpan.FromSeconds(1) });
        await using var connection = await source.OpenConnectionAsync(Sql.Cancellation);
        _server.Suspend();

        Assert.Equal(MariaDbFailure.Timeout, (await Sql.FailsAsync(() => connection.ScalarAsync("SELECT 1"))).Failure);
        await connection.CloseAsync();
        await Support.Wait.UntilAsync(() => Task.FromResult(source.Pool.Open == 0), "a thread hangs");
        _server.Resume();
    }

    [Fact]
    public async Task A_server_of_another_authority_is_refused()
    {
        var failure = await FailsAsync(RunningDatabase.For(_server) with { Tls = Tls with { CaFile = File("other.pem") } });
        Assert.Equal(MariaDbFailure.Unreachable, failure.Failure);
    }

    [Fact]
    public async Task In_the_clear_an_account_that_needs_TLS_is_denied()
    {
        var failure = await FailsAsync(RunningDatabase.For(_server));
        Assert.True(failure.AccessDenied);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_without_TLS_is_refused_when_TLS_is_asked_for(bool verify)
    {
        _server.Execute("ALTER USER app REQUIRE NONE;");
        _server.Stop();
        _server.Start("--skip-ssl");
        var failure = await FailsAsync(RunningDatabase.For(_server) with { Tls = Tls with { Verify = verify } });
        Assert.Equal(MariaDbFailure.Unreachable, failure.Failure);
    }

    public void Dispose()
    {
        _server?.Dispose();
        _files.Delete(recursive: true);
    }

    private static async Task<MariaDbException> FailsAsync(MariaDbConnectionSettings settings)
    {
        await using var source = new MariaDbDataSource(settings);
        return await Sql.FailsAsync(async () => await source.OpenConnectionAsync(Sql.Cancellation));
    }

    private string File(string name) => Path.Combine(_files.FullName, name);

    private X509Certificate2 WriteAuthority(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));

        var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(2));
        System.IO.File.WriteAllText(File(name + ".pem"), certificate.ExportCertificatePem());
        return certificate;
    }

    private void WriteSigned(X509Certificate2 authority, string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authority, DateTimeOffset.UtcNow.AddMinutes(-30), DateTimeOffset.UtcNow.AddHours(1), RandomNumberGenerator.GetBytes(8));
        System.IO.File.WriteAllText(File(name + ".pem"), certificate.ExportCertificatePem());
        System.IO.File.WriteAllText(File(name + ".key"), key.ExportRSAPrivateKeyPem());
    }
}
