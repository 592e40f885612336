using System.Net;
using Firstlight.Configuration;
using Firstlight.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Firstlight.Tests.Configuration;

public sealed class SettingsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private Settings Load(string text, ProgramRole role = ProgramRole.Commands) => Settings.Load(Sources(role, text));

    private ConfigSources Sources(ProgramRole role, params string[] texts) => new()
    {
        Role = role,
        Files = [.. texts.Select((t, i) => _directory.Write($"{i}.conf", t))],
    };

    private string[] Mistakes(string text, ProgramRole role = ProgramRole.Commands) =>
        [.. Assert.Throws<ConfigurationException>(() => Load(text, role)).Lines.Select(l => l.Replace(_directory.Path + "/", "", StringComparison.Ordinal))];

    [Fact]
    public void Nothing_written_gives_the_documented_defaults()
    {
        var s = Load("");

        Assert.Equal("/var/lib/firstlight", s.StatePath);
        Assert.Equal("/var/lib/firstlight/inventory.sqlite", s.InventoryPath);
        Assert.Equal(Dns.GetHostName(), s.Host);
        Assert.Equal(IPEndPoint.Parse("0.0.0.0:8775"), s.Api.Listen);
        Assert.Equal(IPEndPoint.Parse("127.0.0.1:9775"), s.ManagementListen);
        Assert.Equal(new Uri("http://127.0.0.1:8775"), s.Agent.MetadataApi);
        Assert.Equal(TimeSpan.FromSeconds(15), s.Api.CacheExpiration);
        Assert.Equal("novalocal", s.Api.DhcpDomain);
        Assert.Equal(["StaticJSON"], s.Api.VendordataProviders);
        Assert.Null(s.Api.NewestVersion);
        Assert.Equal(256L << 20, s.Api.SnapshotCacheBytes);
        Assert.Equal(new DhcpSettings(true, false, TimeSpan.FromDays(1), "openstacklocal"), s.Dhcp);
        Assert.Equal(new RouterSettings(true, 9697, 1), s.Router);
        Assert.Equal(TimeSpan.FromMinutes(10), s.Agent.StaleIfError);
        Assert.Equal(new LogSettings(false, LogLevel.Information), s.Log);
        Assert.Equal(new LimitSettings(4096, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30)), s.Limits);
        Assert.Empty(s.Warnings);
    }

    [Fact]
    public void Every_default_is_of_its_own_form() =>
        Assert.Empty(OptionCatalogue.All.Where(o => !o.DefaultText.StartsWith('$') && !o.Accepts(o.DefaultText)));

    [Fact]
    public void Standalone_listens_on_loopback_unless_told_otherwise()
    {
        Assert.Equal(IPAddress.Loopback, Load("[DEFAULT]\nmetadata_proxy_shared_secret = s", ProgramRole.Standalone).Api.Listen.Address);
        Assert.Equal(IPAddress.Any, Load("[DEFAULT]\nmetadata_proxy_shared_secret = s\nmetadata_listen = 0.0.0.0", ProgramRole.Standalone).Api.Listen.Address);
    }

    [Fact]
    public void The_last_of_repeated_options_and_the_later_file_win()
    {
        Assert.Equal("c", Load("[api]\ndhcp_domain = b\ndhcp_domain = c").Api.DhcpDomain);
        Assert.Equal("two", Settings.Load(Sources(ProgramRole.Commands, "[api]\ndhcp_domain = one", "[api]\ndhcp_domain = two")).Api.DhcpDomain);
    }

    [Fact]
    public void A_directory_is_read_after_the_files_and_sorted()
    {
        _directory.Write("d/20.conf", "[api]\ndhcp_domain = twenty");
        _directory.Write("d/10.conf", "[api]\ndhcp_domain = ten\n[DEFAULT]\ndns_domain = ten");
        _directory.Write("d/99.ini", "[api]\ndhcp_domain = never");
        var s = Settings.Load(Sources(ProgramRole.Commands, "[api]\ndhcp_domain = file\n") with { Directories = [Path.Combine(_directory.Path, "d")] });

        Assert.Equal(("twenty", "ten"), (s.Api.DhcpDomain, s.Dhcp.DnsDomain));
    }

    [Fact]
    public void All_values_of_a_repeated_option_can_be_had()
    {
        var raw = RawConfiguration.Read(Sources(ProgramRole.Commands, "[x]\nm = 1\nm = 2", "[x]\nm = 3"));

        Assert.Equal(["1", "2", "3"], raw.FindAll("x", "m").Select(e => e.Value));
    }

    [Fact]
    public void The_environment_wins_over_files_and_the_command_line_over_both()
    {
        var sources = Sources(ProgramRole.Commands, "[DEFAULT]\nstate_path = /file\n[api]\ndhcp_domain = file") with
        {
            Environment = new Dictionary<string, string> { ["OS_DEFAULT__STATE_PATH"] = "/environment", ["OS_API__DHCP_DOMAIN"] = "" },
        };

        Assert.Equal(("/environment", ""), (Settings.Load(sources).StatePath, Settings.Load(sources).Api.DhcpDomain));
        var overridden = sources with { Overrides = [new IniEntry("DEFAULT", "state_path", "/override", new Origin("--state-path"))] };
        Assert.Equal("/override", Settings.Load(overridden).StatePath);
    }

    [Theory]
    [InlineData("$state_path/x", "/s/x")]
    [InlineData("${state_path}y", "/sy")]
    [InlineData("${api.dhcp_domain}!", "guests!")]
    [InlineData("$api.dhcp_domain", "guests")]
    [InlineData("a$$b", "a$b")]
    [InlineData("a\\$b", "a$b")]
    [InlineData("a$", "a$")]
    [InlineData("a$1b", "a$1b")]
    [InlineData("$$state_path", "$state_path")]
    [InlineData("$nova_metadata_port", "8775")]
    [InlineData("x${metadata_proxy_shared_secret}x", "xx")]
    public void References_are_replaced(string written, string expected) =>
        Assert.Equal(expected, Load($"[DEFAULT]\nstate_path = /s\ndns_domain = {written}\n[api]\ndhcp_domain = guests").Dhcp.DnsDomain);

    [Fact]
    public void A_reference_looks_in_its_own_section_first_and_then_in_DEFAULT()
    {
        var s = Load("[DEFAULT]\nstate_path = /s\nvalue = outer\n[api]\nvalue = inner\ndhcp_domain = $value\nvendordata_jsonfile_path = $state_path/v.json");

        Assert.Equal(("inner", "/s/v.json"), (s.Api.DhcpDomain, s.Api.VendordataJsonfilePath));
    }

    [Theory]
    [InlineData("[DEFAULT]\ndns_domain = $nowhere", "0.conf:2: [DEFAULT] dns_domain: refers to $nowhere, which is no option; write $$ for a literal $")]
    [InlineData("[DEFAULT]\ndns_domain = $dns_domain", "0.conf:2: [DEFAULT] dns_domain: refers to itself through $")]
    [InlineData("[DEFAULT]\n\nmetadata_port = 70000", "0.conf:3: [DEFAULT] metadata_port: '70000' is not a port from 1 to 65535")]
    [InlineData("[DEFAULT]\nforce_metadata = maybe", "0.conf:2: [DEFAULT] force_metadata: 'maybe' is not true, false, yes, no, on, off, 1 or 0")]
    [InlineData("[DEFAULT]\nmetadata_listen = 10.1", "0.conf:2: [DEFAULT] metadata_listen: '10.1' is not an IPv4 or IPv6 address such as 0.0.0.0 or ::1")]
    [InlineData("[DEFAULT]\nstate_path = here", "0.conf:2: [DEFAULT] state_path: 'here' is not an absolute path")]
    [InlineData("[DEFAULT]\nmetadata_access_mark = 0x10000", "0.conf:2: [DEFAULT] metadata_access_mark: '0x10000' is not a number from 0x1 to 0xffff")]
    [InlineData("[firstlight]\nmanagement_listen = ::1", "0.conf:2: [firstlight] management_listen: '::1' is not ADDRESS:PORT such as 127.0.0.1:9775 or [::1]:9775, or empty for none")]
    [InlineData("[firstlight]\nlog_format = xml", "0.conf:2: [firstlight] log_format: 'xml' is not one of text, json")]
    [InlineData("[api]\nvendordata_providers = StaticJSON,Other", "0.conf:2: [api] vendordata_providers: 'Other' is not StaticJSON or DynamicJSON")]
    [InlineData("[DEFAULT]\ndhcp_lease_duration = 5", "0.conf:2: [DEFAULT] dhcp_lease_duration: '5' is not a whole number of seconds from 120 up, or -1 for leases without end")]
    [InlineData("[firstlight]\nstale_if_eror = 5", "0.conf:2: [firstlight] stale_if_eror is no option of ours; did you mean stale_if_error?")]
    [InlineData("[firstlight]\nforce_metadata = true", "0.conf:2: [firstlight] force_metadata is no option of ours; it belongs in [DEFAULT]")]
    [InlineData("[firstlight_x]\nsomething = 1", "0.conf:2: [firstlight_x] something is no option of ours")]
    [InlineData("[DEFAULT]\nforce_metdata = true", "0.conf:2: [DEFAULT] force_metdata is unknown; did you mean force_metadata?")]
    [InlineData("[neutron]\nmetadata_proxy_shared_secrets = x", "0.conf:2: [neutron] metadata_proxy_shared_secrets is unknown; did you mean metadata_proxy_shared_secret?")]
    public void A_mistake_is_one_line_that_says_where_and_what_is_allowed(string text, string expected) => Assert.Equal([expected], Mistakes(text));

    [Fact]
    public void All_mistakes_are_told_at_once() =>
        Assert.Equal(2, Mistakes("[DEFAULT]\nmetadata_port = x\n[firstlight]\nlog_format = y").Length);

    [Theory]
    [InlineData("ON", true)]
    [InlineData("Yes", true)]
    [InlineData("1", true)]
    [InlineData("False", false)]
    [InlineData("off", false)]
    public void Booleans_are_oslos_words(string word, bool expected) => Assert.Equal(expected, Load($"[DEFAULT]\nforce_metadata = {word}").Dhcp.ForceMetadata);

    [Fact]
    public void Known_options_we_do_not_honour_are_named_in_a_warning()
    {
        var warnings = Load("[DEFAULT]\nscheduler_driver = x\n[cors]\nallowed_origin = *\n[DEFAULT]\nagent_mode = dvr\n[api_database]\nslave_connection = mysql://nova:geheim@db").Warnings;

        Assert.Equal(3, warnings.Length);
        Assert.Contains("0.conf:4: [cors] allowed_origin is known and not honoured", warnings[0], StringComparison.Ordinal);
        Assert.Contains("[DEFAULT] agent_mode", warnings[1], StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", string.Join('\n', warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void What_dnsmasq_shall_do_besides_is_Neutrons_options()
    {
        var more = _directory.Write("more.conf", "");
        var dnsmasq = Load($"""
            [DEFAULT]
            metadata_proxy_shared_secret = s
            dnsmasq_config_file = {more}
            dnsmasq_dns_servers = 9.9.9.9, 1.1.1.1
            dnsmasq_local_resolv = true
            dnsmasq_lease_max = 100
            dhcp_broadcast_reply = true
            dhcp_renewal_time = 600
            dhcp_rebinding_time = 1200
            """, ProgramRole.HostAgent).Dhcp.Dnsmasq;

        Assert.Equal((more, true, 100, true, 600, 1200), (dnsmasq.ConfigFile, dnsmasq.LocalResolv, dnsmasq.LeaseMax, dnsmasq.BroadcastReply, dnsmasq.RenewalSeconds, dnsmasq.RebindingSeconds));
        Assert.Equal(["9.9.9.9", "1.1.1.1"], dnsmasq.DnsServers);
    }

    [Theory]
    [InlineData("dhcp_renewal_time = 600\ndhcp_rebinding_time = 600", "[DEFAULT] dhcp_rebinding_time: must be more than dhcp_renewal_time, which is 600")]
    [InlineData("dhcp_renewal_time = 86400", "[DEFAULT] dhcp_renewal_time: must be less than dhcp_lease_duration, which is 86400")]
    [InlineData("dnsmasq_config_file = /nowhere/more.conf", "[DEFAULT] dnsmasq_config_file: /nowhere/more.conf cannot be read")]
    public void What_dnsmasq_could_not_do_is_a_mistake(string text, string mistake) =>
        Assert.Contains(Mistakes($"[DEFAULT]\nmetadata_proxy_shared_secret = s\n{text}", ProgramRole.HostAgent), m => m.Contains(mistake, StringComparison.Ordinal));

    [Fact]
    public void Older_names_are_read_and_named()
    {
        var s = Load("[DEFAULT]\nnova_metadata_ip = 10.0.0.9\ndhcp_domain = old");

        Assert.Equal(("10.0.0.9", "old"), (s.Agent.MetadataApi.Host, s.Api.DhcpDomain));
        Assert.Equal(2, s.Warnings.Count(w => w.Contains("older name", StringComparison.Ordinal)));
    }

    [Fact]
    public void An_IPv6_metadata_host_is_bracketed() =>
        Assert.Equal("https://[fd00::1]:443/", Load("[DEFAULT]\nnova_metadata_host = fd00::1\nnova_metadata_port = 443\nnova_metadata_protocol = https").Agent.MetadataApi.ToString().Replace("[fd00::1]/", "[fd00::1]:443/", StringComparison.Ordinal));

    [Fact]
    public void Debug_lowers_the_level_and_empty_management_listen_turns_it_off()
    {
        var s = Load("[DEFAULT]\ndebug = true\n[firstlight]\nlog_level = error\nmanagement_listen =\nlog_format = json\nsnapshot_cache_bytes = 2G\nnewest_version = 2020-10-14");

        Assert.Equal(new LogSettings(true, LogLevel.Debug), s.Log);
        Assert.Null(s.ManagementListen);
        Assert.Equal((2L << 30, "2020-10-14"), (s.Api.SnapshotCacheBytes, s.Api.NewestVersion));
    }

    [Fact]
    public void Direct_requests_are_refused_to_the_api_and_nobodys_matter_elsewhere()
    {
        const string text = "[neutron]\nservice_metadata_proxy = false\nmetadata_proxy_shared_secret = s";
        Assert.Contains("must be true", Assert.Single(Mistakes(text, ProgramRole.MetadataApi)), StringComparison.Ordinal);
        Load(text, ProgramRole.HostAgent);
    }

    [Fact]
    public void A_lease_of_minus_one_is_for_ever() => Assert.Null(Load("[DEFAULT]\ndhcp_lease_duration = -1").Dhcp.LeaseDuration);

    [Fact]
    public void A_file_that_is_not_there_is_one_line()
    {
        var e = Assert.Throws<ConfigurationException>(() => Settings.Load(new ConfigSources { Role = ProgramRole.Commands, Files = ["/nonexistent/x.conf"] }));

        Assert.StartsWith("--config-file /nonexistent/x.conf: cannot be read", Assert.Single(e.Lines), StringComparison.Ordinal);
    }
}
