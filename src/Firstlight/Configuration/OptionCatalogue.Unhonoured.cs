using System.Collections.Immutable;

namespace Firstlight.Configuration;

/// <summary>Options of Nova and Neutron on this path that this version does not act on: named in a warning when they are set.</summary>
internal static partial class OptionCatalogue
{
    private static ImmutableArray<OptionDefinition> Unhonoured =>
    [
        Nova("DEFAULT", "enabled_apis", "osapi_compute,metadata", "Which APIs a nova-api process runs; the verb decides here."),
        Nova("DEFAULT", "injected_network_template", "", "Template of the network file in `content/`; the layout of Nova's own template is always used here."),
        Nova("DEFAULT", "flat_injected", "false", "Whether nova-compute marks networks as injected; what it stored is followed here."),
        Nova("DEFAULT", "tcp_keepidle", "600", "Seconds until an idle connection is probed; the system's are used."),
        .. OfDatabase("database"),
        .. OfDatabase("api_database"),
        Cache("enabled", "false", "Share what is remembered between processes through oslo.cache; this process keeps documents itself, bounded by `[firstlight] snapshot_cache_bytes`, and ports for `[firstlight] port_cache_time`."),
        Cache("backend", "dogpile.cache.null", "Where it is shared; kept in this process instead."),
        Cache("memcache_servers", "localhost:11211", "Memcached servers it is shared in; not connected to."),
        Cache("expiration_time", "600", "Life of what is remembered; for documents `[api] metadata_cache_expiration` decides, as in Nova's metadata API, for ports `[firstlight] port_cache_time`."),
        Nova("wsgi", "api_paste_config", "api-paste.ini", "Layers in front of the API; those of Nova's and Debian's file are built in, /healthcheck among them."),
        Nova("wsgi", "default_pool_size", "1000", "Green threads a worker; see `[firstlight] max_concurrent_requests`."),
        Nova("wsgi", "tcp_keepidle", "600", "Seconds until an idle connection is probed; the system's are used."),
        Nova("wsgi", "wsgi_log_format", "", "Form of access log lines; see `[firstlight] log_format`."),
        Nova("cors", "allowed_origin", "", "Origins that browsers may ask from; no CORS header is ever sent."),
        Nova("neutron", "service_name", "", "Name of Neutron in Keystone's catalog; only its type is looked for."),
        Nova("neutron", "connect_retries", "", "Repetitions after a failed connection; see `http_retries`."),
        Nova("neutron", "status_code_retries", "", "Repetitions after some statuses; see `http_retries`."),

        Neutron("DEFAULT", "enable_metadata_network", "false", "Serve metadata over a network inside 169.254.0.0/16."),
        Neutron("DEFAULT", "dhcp_agents_per_network", "1", "DHCP agents that serve a network."),
        Neutron("DEFAULT", "dhcp_driver", "neutron.agent.linux.dhcp.Dnsmasq", "DHCP server; dnsmasq here."),
        Neutron("DEFAULT", "interface_driver", "openvswitch", "How devices are plugged; bridges here."),
        Neutron("DEFAULT", "dhcp_confs", "$state_path/dhcp", "Directory of DHCP files."),
        Neutron("DEFAULT", "dnsmasq_base_log_dir", "", "Directory of dnsmasq's logs."),
        Neutron("DEFAULT", "dnsmasq_enable_addr6_list", "false", "Several IPv6 addresses in one reservation."),
        Neutron("DEFAULT", "resync_interval", "5", "Seconds between resynchronisations."),
        Neutron("DEFAULT", "external_ingress_mark", "0x2", "Firewall mark of packets from outside a router."),
        Neutron("DEFAULT", "agent_mode", "legacy", "Kind of L3 agent."),

        Oslo("log_file", "File that is logged to; standard error here."),
        Oslo("log_dir", "Directory of log files; standard error here."),
        Oslo("log_config_append", "Configuration of Python's logging."),
        Oslo("use_syslog", "Log to syslog; standard error here."),
        Oslo("use_journal", "Log to the journal; under systemd standard error is the journal."),
        Oslo("default_log_levels", "Levels of loggers."),
    ];

    private static OptionDefinition[] OfDatabase(string section) =>
    [
        Nova(section, "max_retries", "10", "Attempts to connect at start; `[firstlight] cell_timeout` bounds the wait instead."),
        Nova(section, "retry_interval", "10", "Seconds between them; `[firstlight] cell_timeout` bounds the wait instead."),
        Nova(section, "max_pool_size", "5", "Connections that are kept; at most 16 a database here."),
        Nova(section, "max_overflow", "50", "Connections beyond those; at most 16 a database here."),
        Nova(section, "pool_timeout", "", "Wait for a free connection; `[firstlight] cell_timeout` bounds it instead."),
        Nova(section, "connection_recycle_time", "3600", "Age at which a connection is replaced; idle ones are closed after five minutes here."),
        Nova(section, "slave_connection", "", "A replica to read from; nothing is read from it.", secret: true),
        Nova(section, "connection_parameters", "", "Further parameters of the connection; write them behind the `?` of the connection itself.", secret: true),
    ];

    // Of Nova's metadata API and of Neutron's metadata agent, whose files may both be read.
    private static OptionDefinition<string> Cache(string name, string fallback, string meaning) =>
        NotHonoured(OptionOwner.Oslo, "cache", name, fallback, meaning, ProgramRole.MetadataApi | ProgramRole.MetadataAgent, secret: false);

    private static OptionDefinition<string> Nova(string section, string name, string fallback, string meaning, bool secret = false) =>
        NotHonoured(OptionOwner.Nova, section, name, fallback, meaning, ProgramRole.MetadataApi, secret);

    private static OptionDefinition<string> Neutron(string section, string name, string fallback, string meaning, bool secret = false) =>
        NotHonoured(OptionOwner.Neutron, section, name, fallback, meaning, ProgramRole.Agent, secret);

    private static OptionDefinition<string> Oslo(string name, string meaning) =>
        NotHonoured(OptionOwner.Oslo, IniFile.DefaultSection, name, "", meaning, ProgramRole.Servers, secret: false);

    private static OptionDefinition<string> NotHonoured(
        OptionOwner owner, string section, string name, string fallback, string meaning, ProgramRole roles, bool secret) => new()
        {
            Section = IniFile.NormalizeSection(section), Name = name, Form = ValueForms.Text, DefaultText = fallback, Meaning = meaning,
            Owner = owner, Roles = roles, Status = OptionStatus.NotHonoured, Secret = secret,
        };
}
