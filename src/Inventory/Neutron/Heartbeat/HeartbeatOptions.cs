using System.Globalization;

namespace Firstlight.Inventory.Neutron.Heartbeat;

/// <summary>How and as whom this host's agent reports to Neutron. Option names are those of <c>neutron.conf</c> and <c>metadata_agent.ini</c>.</summary>
public sealed record HeartbeatOptions
{
    /// <summary>The message bus (<c>[DEFAULT] transport_url</c>); null (default) tries a broker on this host, as oslo.messaging does.</summary>
    public TransportUrl? Url { get; init; }

    /// <summary>Name of this host in Neutron (<c>[DEFAULT] host</c>): with the type, what the agent is known by.</summary>
    public required string Host { get; init; }

    /// <summary>Exchange Neutron's server listens on (<c>[DEFAULT] control_exchange</c>). Default <c>neutron</c>.</summary>
    public string Exchange { get; init; } = "neutron";

    /// <summary>Time between reports, and how long the answer to the first is waited for (<c>[AGENT] report_interval</c>). Default 30 s; 0 for no reports.</summary>
    public TimeSpan ReportInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Told to Neutron, whose server then logs each report (<c>[AGENT] log_agent_heartbeats</c>). Default false.</summary>
    public bool LogAgentHeartbeats { get; init; }

    /// <summary>Told to Neutron (<c>[DEFAULT] metadata_proxy_socket</c>).</summary>
    public required string MetadataProxySocket { get; init; }

    /// <summary>Told to Neutron as written (<c>[DEFAULT] nova_metadata_host</c>). Default 127.0.0.1.</summary>
    public string NovaMetadataHost { get; init; } = "127.0.0.1";

    /// <summary>Told to Neutron (<c>[DEFAULT] nova_metadata_port</c>). Default 8775.</summary>
    public int NovaMetadataPort { get; init; } = 8775;

    /// <summary>TLS towards the broker.</summary>
    public BrokerTls Tls { get; init; } = new();

    /// <summary>How users prove who they are (<c>[oslo_messaging_rabbit] rabbit_login_method</c>): EXTERNAL is by the certificate, all others by password.</summary>
    public string LoginMethod { get; init; } = "AMQPLAIN";

    /// <summary>Silence after which the broker counts as gone (<c>[oslo_messaging_rabbit] heartbeat_timeout_threshold</c>); zero for never. Default 60 s.</summary>
    public TimeSpan HeartbeatTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>First pause after a failure (<c>[oslo_messaging_rabbit] rabbit_retry_interval</c>). Default 1 s, which also stands for 0.</summary>
    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>What each further pause is longer (<c>[oslo_messaging_rabbit] rabbit_retry_backoff</c>). Default 2 s.</summary>
    public TimeSpan RetryBackoff { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Longest pause (<c>[oslo_messaging_rabbit] rabbit_interval_max</c>). Default 30 s.</summary>
    public TimeSpan RetryMaximum { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>When the broker removes a reply queue nobody uses (<c>[oslo_messaging_rabbit] rabbit_transient_queues_ttl</c>); 0 for never. Default 1800 s.</summary>
    public TimeSpan ReplyQueueLifetime { get; init; } = TimeSpan.FromSeconds(1800);

    /// <summary>Whether the reply queue is a quorum queue (<c>[oslo_messaging_rabbit] rabbit_transient_quorum_queue</c>). Default false.</summary>
    public bool TransientQuorumQueue { get; init; }

    /// <summary>These options as the options behind the URL's question mark change them: as in oslo.messaging, the URL's win.</summary>
    /// <exception cref="FormatException">One has a value that cannot be read.</exception>
    internal HeartbeatOptions Effective()
    {
        var query = (Url ?? TransportUrl.Default).Query;
        var retry = Seconds("rabbit_retry_interval", RetryInterval);
        // Without a pause a dead broker would be asked as fast as it can refuse.
        if (retry <= TimeSpan.Zero) retry = TimeSpan.FromSeconds(1);
        var longest = Seconds("rabbit_interval_max", RetryMaximum);
        return this with
        {
            Tls = new BrokerTls
            {
                Enabled = Flag("ssl", Tls.Enabled),
                AuthorityFile = query.GetValueOrDefault("ssl_ca_file", Tls.AuthorityFile!),
                CertificateFile = query.GetValueOrDefault("ssl_cert_file", Tls.CertificateFile!),
                KeyFile = query.GetValueOrDefault("ssl_key_file", Tls.KeyFile!),
                VerifyHostName = Flag("ssl_enforce_hostname_verification", Tls.VerifyHostName),
            },
            LoginMethod = query.GetValueOrDefault("rabbit_login_method", LoginMethod),
            HeartbeatTimeout = Seconds("heartbeat_timeout_threshold", HeartbeatTimeout),
            RetryInterval = retry,
            RetryBackoff = Seconds("rabbit_retry_backoff", RetryBackoff),
            RetryMaximum = longest > retry ? longest : retry,
            ReplyQueueLifetime = Seconds("rabbit_transient_queues_ttl", ReplyQueueLifetime),
            TransientQuorumQueue = Flag("rabbit_transient_quorum_queue", TransientQuorumQueue),
        };

        bool Flag(string name, bool otherwise) => query.GetValueOrDefault(name)?.ToLowerInvariant() switch
        {
            null => otherwise,
            "1" or "true" or "yes" or "on" => true,
            "0" or "false" or "no" or "off" => false,
            _ => throw new FormatException($"transport_url: {name} is neither true nor false"),
        };

        TimeSpan Seconds(string name, TimeSpan otherwise)
        {
            if (!query.TryGetValue(name, out var text)) return otherwise;
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                ? TimeSpan.FromSeconds(seconds)
                : throw new FormatException($"transport_url: {name} is not a number of seconds");
        }
    }
}
