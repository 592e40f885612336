using Firstlight.Configuration;
using Firstlight.Inventory.Neutron;
using Firstlight.Inventory.Neutron.Keystone;
using Firstlight.Tests.Support;

namespace Firstlight.Tests.Configuration;

/// <summary>A nova.conf as operators have it, read by the metadata API.</summary>
public sealed class NovaSettingsTests : IDisposable
{
    private const string Databases = "[api_database]\nconnection = mysql+pymysql://nova:ge%40heim@db/nova_api?charset=utf8mb4\n[database]\nconnection = mysql+pymysql://nova:ge%40heim@db/nova\n";
    private const string Proxied = "[neutron]\nservice_metadata_proxy = true\nmetadata_proxy_shared_secret = s\n";
    private const string NoAuth = "auth_type = none\nendpoint_override = http://controller:9696\n";
    private const string Account = "auth_type = password\nauth_url = https://keystone/v3\nusername = nova\npassword = geheim\nuser_domain_name = Users\nproject_name = service\nproject_domain_id = p1\n";
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private Settings Load(string text, ProgramRole role = ProgramRole.MetadataApi) => Settings.Load(Sources(text, role));

    private ConfigSources Sources(string text, ProgramRole role = ProgramRole.MetadataApi) => new() { Role = role, Files = [_directory.Write("nova.conf", text)] };

    private string[] Mistakes(string text) =>
        [.. Assert.Throws<ConfigurationException>(() => Load(text)).Lines.Select(l => l.Replace(_directory.Path + "/", "", StringComparison.Ordinal))];

    [Fact]
    public void Without_a_connection_the_inventory_is_used() => Assert.Null(Load(Proxied).Nova);

    [Fact]
    public void The_connections_of_nova_are_read_with_the_documented_defaults()
    {
        var nova = Load(Databases + Proxied + NoAuth).Nova!;

        Assert.Equal(("nova_api", "nova", "ge@heim"), (nova.ApiUrl!.Database, nova.DefaultUrl.Database, nova.DefaultUrl.Password));
        Assert.Equal((false, TimeSpan.FromSeconds(5), true), (nova.LocalPerCell, nova.CellTimeout, nova.MayAllotEc2Ids));
        Assert.Equal(new Uri("http://controller:9696"), nova.Neutron!.Api.EndpointOverride);
        Assert.Equal(KeystoneMethod.None, nova.Neutron.Account.Method);
        Assert.Equal((3, TimeSpan.FromSeconds(30)), (nova.Neutron.Api.Retries, nova.Neutron.Api.Timeout));
        Assert.Equal(["internal", "public"], nova.Neutron.Api.Interfaces);
    }

    [Fact]
    public void Other_roles_read_no_database_of_Novas() => Assert.Null(Load(Databases + "[DEFAULT]\nmetadata_proxy_shared_secret = s", ProgramRole.HostAgent).Nova);

    [Fact]
    public void A_cell_alone_is_enough_where_each_cell_has_its_own_api()
    {
        const string cell = "[database]\nconnection = postgresql://nova@/nova?host=/run/postgresql\n";
        Assert.Contains("[api_database] connection: must be set beside [database] connection, or [api] local_metadata_per_cell = true", Assert.Single(Mistakes(cell + Proxied + NoAuth)), StringComparison.Ordinal);

        var nova = Load($"{cell}[api]\nlocal_metadata_per_cell = true\n{Proxied}{NoAuth}").Nova!;
        Assert.Null(nova.ApiUrl);
        Assert.Equal((true, "/run/postgresql"), (nova.LocalPerCell, nova.DefaultUrl.UnixSocket));
    }

    [Theory]
    [InlineData("sqlite:////var/lib/nova/nova.sqlite", "nova.conf:4: [database] connection: 'sqlite' databases cannot be read, only mysql:// (or mysql+pymysql:// and the like) and postgresql://")]
    [InlineData("mysql://nova:geheim@db:x/nova", "nova.conf:4: [database] connection: 'x' is not a TCP port")]
    [InlineData("mysql://nova:geheim@db/nova?ssl_ca=/nonexistent/ca.pem", "nova.conf:4: [database] connection: /nonexistent/ca.pem cannot be read: Could not find a part of the path '/nonexistent/ca.pem'.")]
    public void A_wrong_connection_is_one_line_without_its_password(string connection, string expected) =>
        Assert.Equal([expected], Mistakes($"[api_database]\nconnection = mysql://a@b/c\n[database]\nconnection = {connection}\n{Proxied}{NoAuth}".Replace("[database]\n", "[database]\n", StringComparison.Ordinal)));

    [Fact]
    public void Novas_own_default_finds_guests_by_address_and_needs_Neutron_but_no_secret()
    {
        Assert.Contains("[neutron] auth_type: must be set where service_metadata_proxy is false", Assert.Single(Mistakes(Databases)), StringComparison.Ordinal);

        var s = Load($"{Databases}[neutron]\n{NoAuth}[DEFAULT]\nuse_forwarded_for = true\n[oslo_middleware]\nenable_proxy_headers_parsing = 1");
        Assert.Equal((false, true, true), (s.Api.ServiceMetadataProxy, s.Api.UseForwardedFor, s.Api.EnableProxyHeadersParsing));
        Assert.True(s.SharedSecret.IsEmpty);
    }

    [Fact]
    public void An_empty_secret_is_refused_unless_strict()
    {
        var text = $"{Databases}[neutron]\nservice_metadata_proxy = true\n{NoAuth}";
        Assert.Contains("[neutron] metadata_proxy_shared_secret: must not be empty", Assert.Single(Mistakes(text)), StringComparison.Ordinal);
        Assert.True(Load($"{text}[firstlight]\nstrict_nova = true").SharedSecret.IsEmpty);
    }

    [Fact]
    public void The_account_for_Neutron_is_keystoneauths()
    {
        var neutron = Load($"{Databases}{Proxied}{Account}region_name = R1\nvalid_interfaces = admin\ninsecure = true\ntimeout = 7\nhttp_retries = 0").Nova!.Neutron!;

        Assert.Equal(new KeystoneName("nova", null, "Users"), neutron.Account.User);
        Assert.Equal(new KeystoneName("service", null, null, "p1"), neutron.Account.Project);
        Assert.Equal((KeystoneMethod.Password, "geheim", new Uri("https://keystone/v3")), (neutron.Account.Method, neutron.Account.Password, neutron.Account.AuthUrl));
        Assert.Equal(("R1", 0, TimeSpan.FromSeconds(7), true), (neutron.Api.Region, neutron.Api.Retries, neutron.Api.Timeout, neutron.Api.Trust.Insecure));
        Assert.Equal(["admin"], neutron.Api.Interfaces);
    }

    [Fact]
    public void An_account_may_stand_in_another_section_and_under_older_names()
    {
        var text = $"{Databases}{Proxied}auth_section = keystone_authtoken\nregion_name = R1\n[keystone_authtoken]\nauth_type = password\nauth_url = http://k\nuser_name = old\npassword = p\ntenant_name = t\ndefault_domain_id = d\n";
        var neutron = Load(text).Nova!.Neutron!;

        Assert.Equal(new KeystoneName("old", null, null, "d"), neutron.Account.User);
        Assert.Equal(new KeystoneName("t", null, null, "d"), neutron.Account.Project);
        Assert.Equal("R1", neutron.Api.Region);
    }

    [Theory]
    [InlineData("auth_type = password\nusername = nova\n", "[neutron] auth_type: auth_url is missing")]
    [InlineData("auth_type = password\nauth_url = http://k\nusername = nova\n", "[neutron] auth_type: project_name is missing")]
    [InlineData("auth_type = v3applicationcredential\nauth_url = http://k\n", "[neutron] auth_type: application_credential_id is missing")]
    [InlineData("auth_type = none\n", "[neutron] endpoint_override: must be set with auth_type = none")]
    [InlineData("auth_type = v2password\n", "'v2password' is not one of password, v3password, v3applicationcredential, none, noauth, or empty")]
    [InlineData("auth_type = none\nendpoint_override = controller:9696\n", "'controller:9696' is not an address such as http://controller:9696")]
    [InlineData(Account + "cafile = /nonexistent/ca.pem\n", "the certificates of [neutron] cannot be used")]
    public void An_account_that_cannot_work_is_a_mistake_of_the_configuration(string account, string expected) =>
        Assert.Contains(expected, string.Join('\n', Mistakes(Databases + Proxied + account)), StringComparison.Ordinal);

    [Fact]
    public void Vendor_data_services_are_read_in_their_new_and_older_places()
    {
        var s = Load(
            $"{Databases}{Proxied}{NoAuth}[DEFAULT]\nvendordata_dynamic_targets = a@http://x/,b@https://u:geheim@y/\nvendordata_dynamic_connect_timeout = 4\n"
            + "[api]\nvendordata_providers = StaticJSON,DynamicJSON\nvendordata_dynamic_read_timeout = 6\nvendordata_dynamic_failure_fatal = true\n"
            + "[vendordata_dynamic_auth]\nauth_type = v3applicationcredential\nauth_url = http://k\napplication_credential_id = i\napplication_credential_secret = geheim");
        var vendor = s.Api.DynamicVendorData;

        Assert.Equal(["a@http://x/", "b@https://u:geheim@y/"], vendor.Targets);
        Assert.Equal((TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(6), true), (vendor.ConnectTimeout, vendor.ReadTimeout, vendor.FailureFatal));
        Assert.Equal((KeystoneMethod.ApplicationCredential, "i"), (vendor.Auth!.Method, vendor.Auth.ApplicationCredential.Id));
    }

    [Fact]
    public void Silent_connections_live_as_long_as_nova_conf_says_unless_we_are_told_otherwise()
    {
        Assert.Equal(TimeSpan.FromSeconds(30), Load(Databases + Proxied + NoAuth).Limits.IdleTimeout);
        Assert.Equal(TimeSpan.FromSeconds(100), Load($"{Databases}{Proxied}{NoAuth}[wsgi]\nclient_socket_timeout = 100").Limits.IdleTimeout);
        Assert.Equal(TimeSpan.FromDays(1), Load($"{Databases}{Proxied}{NoAuth}[wsgi]\nclient_socket_timeout = 0").Limits.IdleTimeout);
        Assert.Equal(TimeSpan.FromSeconds(9), Load($"{Databases}{Proxied}{NoAuth}[wsgi]\nclient_socket_timeout = 100\n[firstlight]\nidle_timeout = 9").Limits.IdleTimeout);
    }

    [Fact]
    public void Header_lines_are_as_long_as_Nova_takes_them_where_its_databases_are_read()
    {
        Assert.Equal((16384, 8192), (Load(Databases + Proxied + NoAuth).Api.MaxHeaderLine, Load(Proxied).Api.MaxHeaderLine));
        Assert.Equal((4096, false), Load($"{Databases}{Proxied}{NoAuth}[wsgi]\nmax_header_line = 4096\nkeep_alive = false") is var s ? (s.Api.MaxHeaderLine, s.Api.KeepAlive) : default);
    }

    [Fact]
    public void What_is_not_honoured_is_warned_of_unless_it_is_off()
    {
        var warnings = Load($"{Databases}max_retries = -1\n{Proxied}{NoAuth}[cache]\nenabled = false\nbackend = oslo_cache.memcache_pool\n[DEFAULT]\ntransport_url = rabbit://a:geheim@b/").Warnings;

        Assert.Equal(2, warnings.Length);
        Assert.Contains("[database] max_retries", warnings[0], StringComparison.Ordinal);
        Assert.Contains("cell_timeout", warnings[0], StringComparison.Ordinal);
        Assert.Contains("[cache] backend", warnings[1], StringComparison.Ordinal);
    }

    [Fact]
    public void What_differs_from_Nova_is_told_and_less_under_strict_nova()
    {
        var usual = Load($"{Databases}{Proxied}{NoAuth}[DEFAULT]\nmetadata_workers = 4").Differences;
        var strict = Load($"{Databases}{Proxied}{NoAuth}[firstlight]\nstrict_nova = true\nnewest_version = 2020-10-14").Differences;

        Assert.Contains(usual, line => line.StartsWith("[DEFAULT] metadata_workers has no effect", StringComparison.Ordinal));
        Assert.Contains(usual, line => line.Contains("strict_nova", StringComparison.Ordinal));
        Assert.DoesNotContain(strict, line => line.Contains("strict_nova", StringComparison.Ordinal) || line.Contains("newest_version", StringComparison.Ordinal));
        Assert.Empty(Load(Proxied).Differences);
    }

    [Fact]
    public void No_password_is_printed_and_the_rest_of_each_address_is()
    {
        var sources = Sources($"{Databases.Replace("ge%40heim", "geheim", StringComparison.Ordinal)}{Proxied}{Account}[api]\nvendordata_dynamic_targets = a@https://u:geheim@y/z");
        var output = new StringWriter();
        ConfigPrinter.Print(sources, output);

        Assert.DoesNotContain("geheim", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", Settings.Load(sources).ToString(), StringComparison.Ordinal);
        Assert.Contains("connection = mysql+pymysql://nova:****@db/nova_api?charset=utf8mb4", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("vendordata_dynamic_targets = a@https://u:****@y/z", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("password = ****", output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mysql://nova:a:b/c@db/x", "mysql://nova:****@db/x")]
    [InlineData("mysql://nova@db:3306/x", "mysql://nova@db:3306/x")]
    [InlineData("mysql://db:3306/x", "mysql://db:3306/x")]
    public void A_database_password_ends_at_the_first_at_sign(string url, string expected) => Assert.Equal(expected, UrlPassword.OfDatabase(url));

    [Fact]
    public async Task Check_config_tells_the_differences_and_ends_well()
    {
        var file = _directory.Write("nova.conf", $"{Databases}{Proxied}{NoAuth}[DEFAULT]\nmetadata_workers = 4\n[cache]\nenabled = true");
        var (code, output, _) = await ProgramRun.RunAsync("metadata-api", "--check-config", "--config-file", file);

        Assert.Equal(0, code);
        Assert.Contains("differs from Nova: [DEFAULT] metadata_workers has no effect", output, StringComparison.Ordinal);
        Assert.Contains("warning: ", output, StringComparison.Ordinal);
        Assert.EndsWith($"configuration is in order ({file})\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_config_of_a_broken_nova_conf_names_each_mistake_and_ends_with_78()
    {
        var file = _directory.Write("nova.conf", $"{Databases.Replace("mysql+pymysql", "oracle", StringComparison.Ordinal)}{Proxied}auth_type = none\n[DEFAULT]\nenabled_ssl_apis = metadata\n[wsgi]\nssl_cert_file = /nonexistent/c.pem");
        var (code, _, error) = await ProgramRun.RunAsync("metadata-api", "--check-config", "--config-file", file);

        Assert.Equal(78, code);
        foreach (var option in (string[])["[api_database] connection", "[database] connection", "[neutron] endpoint_override", "[wsgi] ssl_cert_file"])
            Assert.Contains($"{option}: ", error, StringComparison.Ordinal);
    }
}
