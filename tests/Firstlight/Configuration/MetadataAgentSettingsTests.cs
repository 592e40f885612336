using Firstlight.Agent;
using Firstlight.Configuration;
using Firstlight.Inventory.Neutron.Keystone;
using Firstlight.Tests.Support;

namespace Firstlight.Tests.Configuration;

/// <summary>neutron.conf and metadata_agent.ini as operators have them, read by the metadata agent.</summary>
public sealed class MetadataAgentSettingsTests : IDisposable
{
    private const string Agent = "[DEFAULT]\nmetadata_proxy_shared_secret = s\n";
    private const string NoAuth = "[neutron]\nauth_type = none\nendpoint_override = http://controller:9696\n";
    private const string Debian = """
        [DEFAULT]
        core_plugin = ml2
        state_path = /var/lib/neutron
        transport_url = rabbit://openstack:geheim@controller
        [agent]
        root_helper = sudo /usr/bin/neutron-rootwrap /etc/neutron/rootwrap.conf
        [keystone_authtoken]
        www_authenticate_uri = http://controller:5000
        auth_url = http://controller:5000
        auth_type = password
        project_domain_name = Default
        user_domain_name = Default
        project_name = service
        username = neutron
        password = geheim
        [oslo_concurrency]
        lock_path = /var/lock/neutron

        """;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private Settings Load(params string[] files) => Settings.Load(new ConfigSources
    {
        Role = ProgramRole.MetadataAgent,
        Files = [.. files.Select((text, i) => _directory.Write($"file{i}.ini", text))],
    });

    private string[] Mistakes(params string[] files) =>
        [.. Assert.Throws<ConfigurationException>(() => Load(files)).Lines.Select(l => l.Replace(_directory.Path + "/", "", StringComparison.Ordinal))];

    [Fact]
    public void The_files_of_the_packages_are_enough_with_a_secret()
    {
        var settings = Load(Debian, "[DEFAULT]\nnova_metadata_host = controller\nmetadata_proxy_shared_secret = s\n");

        var agent = settings.NeutronAgent!;
        Assert.Empty(settings.Warnings);
        Assert.Equal((true, false), (agent.OnSocket, agent.InNamespaces));
        Assert.Equal("/var/lib/neutron/metadata_proxy", settings.ProxySocket.Path);
        Assert.Equal((ProxySocketMode.Deduce, 4096), (settings.ProxySocket.Mode, settings.ProxySocket.Backlog));
        Assert.Equal((KeystoneMethod.Password, "neutron", "geheim"), (agent.Neutron.Account.Method, agent.Neutron.Account.User.Name, agent.Neutron.Account.Password));
        Assert.Equal("http://controller:8775/", settings.Agent.MetadataApi.ToString());
        Assert.Equal(TimeSpan.FromSeconds(30), agent.Bus!.ReportInterval);
        Assert.DoesNotContain("geheim", agent.Bus.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_cache_of_older_agents_is_named_where_it_is_wanted()
    {
        var warnings = Load(Agent, NoAuth, "[cache]\nenabled = true\nexpiration_time = 10\n").Warnings;

        Assert.Equal(["enabled", "expiration_time"], warnings.Select(warning => warning.Split("[cache] ")[1].Split(' ')[0]));
        Assert.All(warnings, warning => Assert.Contains("[firstlight] port_cache_time", warning, StringComparison.Ordinal));
        Assert.Empty(Load(Agent, NoAuth, "[cache]\nenabled = false\n").Warnings);
    }

    [Fact]
    public void Without_a_state_path_the_socket_is_where_neutron_has_it() => Assert.Equal("/var/lib/neutron/metadata_proxy", Load(Agent, NoAuth).ProxySocket.Path);

    [Fact]
    public void The_account_of_neutron_section_goes_before_that_of_the_api()
    {
        var account = Load(Debian, Agent, NoAuth).NeutronAgent!.Neutron;
        Assert.Equal((KeystoneMethod.None, new Uri("http://controller:9696")), (account.Account.Method, account.Api.EndpointOverride));
    }

    [Fact]
    public void A_cloud_without_keystone_needs_the_address_of_its_neutron()
    {
        Assert.Contains("[neutron] endpoint_override: must be set with auth_type = none or auth_strategy = noauth", Assert.Single(Mistakes(Agent + "auth_strategy = noauth\n")), StringComparison.Ordinal);
        Assert.Equal(KeystoneMethod.None, Load(Agent + "auth_strategy = noauth\n[neutron]\nendpoint_override = http://controller:9696\n").NeutronAgent!.Neutron.Account.Method);
    }

    [Fact]
    public void Without_any_account_the_message_names_both_places()
    {
        var mistake = Assert.Single(Mistakes(Agent));
        Assert.Contains("[neutron] auth_type", mistake, StringComparison.Ordinal);
        Assert.Contains("[keystone_authtoken] auth_type", mistake, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_secret_is_refused() => Assert.Contains("metadata_proxy_shared_secret: must not be empty", Assert.Single(Mistakes(NoAuth)), StringComparison.Ordinal);

    [Fact]
    public void Several_metadata_apis_are_a_list_each_with_its_port() => Assert.Equal(
        [("a", 8775), ("b", 80), ("fd00::1", 8775), ("fd00::2", 9000)],
        Load(Agent + "nova_metadata_host = a, b:80, fd00::1, [fd00::2]:9000\n", NoAuth).Agent.Upstream.Addresses.Select(address => (address.Host, address.Port)));

    [Theory]
    [InlineData("nova_metadata_host = a b")]
    [InlineData("nova_metadata_host = a:0")]
    [InlineData("nova_metadata_host = ,")]
    [InlineData("metadata_proxy_socket = relative/path")]
    [InlineData("metadata_proxy_socket_mode = everyone")]
    [InlineData("metadata_backlog = 0")]
    public void A_wrong_value_is_one_line_with_its_place(string line) => Assert.StartsWith("file0.ini:3: [DEFAULT] ", Assert.Single(Mistakes(Agent + line + "\n", NoAuth)), StringComparison.Ordinal);

    [Fact]
    public void Rate_limits_have_neutrons_names_and_may_hold_for_both_ip_versions()
    {
        Assert.Null(Load(Agent, NoAuth).Agent.RateLimit);
        var limit = Load(Agent, NoAuth, "[metadata_rate_limiting]\nrate_limit_enabled = true\nip_versions = 4,6\nbase_query_rate_limit = 20\nburst_window_duration = 2\n").Agent.RateLimit!;
        Assert.Equal(
            new RateLimitOptions { BaseLimit = 20, BurstWindow = TimeSpan.FromSeconds(2), LimitsIPv4 = true, LimitsIPv6 = true },
            limit);
        Assert.Contains("ip_versions: must name 4, 6 or both", Assert.Single(Mistakes(Agent, NoAuth, "[metadata_rate_limiting]\nrate_limit_enabled = true\nip_versions = 5\n")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("socket", true, false)]
    [InlineData("namespaces", false, true)]
    [InlineData("namespaces, socket", true, true)]
    public void The_operator_chooses_where_to_listen(string faces, bool socket, bool namespaces)
    {
        var agent = Load(Agent, NoAuth, $"[firstlight]\nagent_listen = {faces}\n").NeutronAgent!;
        Assert.Equal((socket, namespaces), (agent.OnSocket, agent.InNamespaces));
    }

    [Fact]
    public void An_unknown_place_to_listen_is_a_mistake() => Assert.Contains("must name socket, namespaces or both", Assert.Single(Mistakes(Agent, NoAuth, "[firstlight]\nagent_listen = haproxy\n")), StringComparison.Ordinal);

    [Fact]
    public void A_client_certificate_counts_only_with_its_key()
    {
        Assert.Null(Load(Agent + "nova_metadata_protocol = https\nnova_client_cert = /nonexistent/c.pem\n", NoAuth).Agent.Upstream.ClientKeyFile);
        Assert.Contains("/nonexistent/ca.pem cannot be read", Assert.Single(Mistakes(Agent + "nova_metadata_protocol = https\nauth_ca_cert = /nonexistent/ca.pem\n", NoAuth)), StringComparison.Ordinal);
    }

    [Fact]
    public void Answering_in_process_needs_the_databases_of_nova()
    {
        const string inProcess = "[firstlight]\nmetadata_api_in_process = true\n";
        Assert.Contains("needs Nova's databases", Assert.Single(Mistakes(Agent, NoAuth, inProcess)), StringComparison.Ordinal);
        var settings = Load(Agent, NoAuth + "service_metadata_proxy = true\n", inProcess, "[api_database]\nconnection = mysql://nova:geheim@db/nova_api\n[database]\nconnection = mysql://nova:geheim@db/nova\n");
        Assert.Equal("nova_api", settings.Nova!.ApiUrl!.Database);
        Assert.Null(Load(Agent, NoAuth, "[database]\nconnection = mysql://neutron:geheim@db/neutron\n").Nova);
    }
}
