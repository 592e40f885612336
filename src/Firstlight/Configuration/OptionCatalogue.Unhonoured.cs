using System.Collections.Immutable;

namespace Firstlight.Configuration;

/// <summary>Options of Nova and Neutron on this path that this version does not act on: named in a warning when they are set.</summary>
internal static partial class OptionCatalogue
{
    private static ImmutableArray<OptionDefinition> Unhonoured =>
    [
        Nova("DEFAULT", "enabled_apis", "osapi_compute,metadata", "Which APIs a nova-api process runs; the verb decides here."),
        Nova("DEFAULT", "enabled_ssl_apis", "", "APIs that are served over TLS."),
        Nova("DEFAULT", "injected_network_template", "", "Template of the network file in `content/`."),
        Nova("DEFAULT", "flat_injected", "false", "Whether nova-compute marks networks as injected."),
        Nova("DEFAULT", "use_forwarded_for", "false", "Trust X-Forwarded-For of direct requests.", "api"),
        Nova("api", "use_forwarded_for", "false", "Trust X-Forwarded-For of direct requests."),
        Nova("api", "local_metadata_per_cell", "false", "Run one metadata API a cell."),
        Nova("api", "vendordata_dynamic_targets", "", "Services asked for dynamic vendor data."),
        Nova("api", "vendordata_dynamic_ssl_certfile", "", "Certificates those services are checked against."),
        Nova("api", "vendordata_dynamic_connect_timeout", "5", "Seconds to connect to those services."),
        Nova("api", "vendordata_dynamic_read_timeout", "5", "Seconds those services may take."),
        Nova("api", "vendordata_dynamic_failure_fatal", "false", "Fail the whole document when one of those services fails."),
        Nova("api", "config_drive_skip_versions", "1.0 2007-01-19 2007-03-01 2007-08-29 2007-10-10 2007-12-15 2008-02-01 2008-09-01", "EC2 versions left off the config drive."),
        Nova("database", "connection", "", "Nova's cell database.", secret: true),
        Nova("api_database", "connection", "", "Nova's API database.", secret: true),
        Nova("cache", "enabled", "false", "Share cached documents between processes."),
        Nova("cache", "backend", "dogpile.cache.null", "Where they are shared."),
        Nova("cache", "memcache_servers", "localhost:11211", "Memcached servers they are shared in."),
        Nova("wsgi", "client_socket_timeout", "900", "Seconds a client connection may be silent; see `[firstlight] idle_timeout`."),
        Nova("wsgi", "keep_alive", "true", "Whether connections are kept; HTTP decides here."),
        Nova("wsgi", "max_header_line", "16384", "Longest header line; 8 KiB here."),
        Nova("wsgi", "secure_proxy_ssl_header", "", "Header a TLS proxy sets."),
        Nova("oslo_middleware", "enable_proxy_headers_parsing", "false", "Trust the headers of a proxy in front."),
        Nova("cors", "allowed_origin", "", "Origins that browsers may ask from."),

        Neutron("DEFAULT", "metadata_proxy_socket", "$state_path/metadata_proxy", "UNIX socket haproxy hands requests to; this program listens in the namespaces itself."),
        Neutron("DEFAULT", "metadata_proxy_socket_mode", "deduce", "Mode of that socket."),
        Neutron("DEFAULT", "metadata_proxy_user", "", "User haproxy runs as."),
        Neutron("DEFAULT", "metadata_proxy_group", "", "Group haproxy runs as."),
        Neutron("DEFAULT", "metadata_backlog", "4096", "Backlog of that socket."),
        Neutron("DEFAULT", "auth_ca_cert", "", "Certificates the metadata API is checked against; the system's are used."),
        Neutron("DEFAULT", "nova_client_cert", "", "Client certificate for the metadata API."),
        Neutron("DEFAULT", "nova_client_priv_key", "", "Its key."),
        Neutron("DEFAULT", "enable_metadata_network", "false", "Serve metadata over a network inside 169.254.0.0/16."),
        Neutron("DEFAULT", "dhcp_agents_per_network", "1", "DHCP agents that serve a network."),
        Neutron("DEFAULT", "dhcp_driver", "neutron.agent.linux.dhcp.Dnsmasq", "DHCP server; dnsmasq here."),
        Neutron("DEFAULT", "interface_driver", "openvswitch", "How devices are plugged; bridges here."),
        Neutron("DEFAULT", "dhcp_confs", "$state_path/dhcp", "Directory of DHCP files."),
        Neutron("DEFAULT", "dnsmasq_config_file", "", "Further configuration of dnsmasq."),
        Neutron("DEFAULT", "dnsmasq_dns_servers", "", "DNS servers dnsmasq forwards to."),
        Neutron("DEFAULT", "dnsmasq_local_resolv", "false", "Let dnsmasq forward to this host's DNS servers."),
        Neutron("DEFAULT", "dnsmasq_base_log_dir", "", "Directory of dnsmasq's logs."),
        Neutron("DEFAULT", "dnsmasq_lease_max", "16777216", "Most leases dnsmasq gives."),
        Neutron("DEFAULT", "dnsmasq_enable_addr6_list", "false", "Several IPv6 addresses in one reservation."),
        Neutron("DEFAULT", "dhcp_broadcast_reply", "false", "Answer DHCP by broadcast."),
        Neutron("DEFAULT", "dhcp_renewal_time", "0", "DHCP option 58."),
        Neutron("DEFAULT", "dhcp_rebinding_time", "0", "DHCP option 59."),
        Neutron("DEFAULT", "resync_interval", "5", "Seconds between resynchronisations."),
        Neutron("DEFAULT", "external_ingress_mark", "0x2", "Firewall mark of packets from outside a router."),
        Neutron("DEFAULT", "agent_mode", "legacy", "Kind of L3 agent."),
        Neutron("DEFAULT", "transport_url", "rabbit://", "Message bus.", secret: true),
        Neutron("AGENT", "report_interval", "30", "Seconds between heartbeats."),
        Neutron("metadata_rate_limiting", "rate_limit_enabled", "false", "Limit requests of each guest."),
        Neutron("metadata_rate_limiting", "base_query_rate_limit", "10", "Requests a guest may make in a window."),
        Neutron("metadata_rate_limiting", "base_window_duration", "10", "Seconds of that window."),
        Neutron("metadata_rate_limiting", "burst_query_rate_limit", "10", "Requests a guest may make in a burst window."),
        Neutron("metadata_rate_limiting", "burst_window_duration", "10", "Seconds of that window."),
        Neutron("metadata_rate_limiting", "ip_versions", "4", "IP versions that are limited."),

        Oslo("log_file", "File that is logged to; standard error here."),
        Oslo("log_dir", "Directory of log files; standard error here."),
        Oslo("log_config_append", "Configuration of Python's logging."),
        Oslo("use_syslog", "Log to syslog; standard error here."),
        Oslo("use_journal", "Log to the journal; under systemd standard error is the journal."),
        Oslo("default_log_levels", "Levels of loggers."),
    ];

    private static OptionDefinition<string> Nova(string section, string name, string fallback, string meaning, string? newer = null, bool secret = false) =>
        NotHonoured(OptionOwner.Nova, section, name, fallback, newer is null ? meaning : $"{meaning} Older place of `[{newer}] {name}`.", ProgramRole.Api, secret);

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
