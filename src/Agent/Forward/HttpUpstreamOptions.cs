using Firstlight.Agent.Forward.Upstreams;
using Firstlight.Inventory.Neutron;

namespace Firstlight.Agent.Forward;

/// <summary>Where the metadata API is and how to trust it. Names and defaults are those of Neutron's metadata agent.</summary>
public sealed record HttpUpstreamOptions
{
    /// <summary><c>nova_metadata_protocol</c>: <c>http</c> (default) or <c>https</c>.</summary>
    public string Protocol { get; init; } = "http";

    /// <summary>
    /// <c>nova_metadata_host</c>: a name or an address; our addition: several, at most 64, with commas between and each with its own port if it has one.
    /// Default <c>127.0.0.1</c>. Read by <see cref="UpstreamAddress.ReadList"/>.
    /// </summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary><c>nova_metadata_port</c>: of every host without one of its own. Default 8775.</summary>
    public int Port { get; init; } = 8775;

    /// <summary><c>nova_metadata_insecure</c>: whether any certificate will do. Default false.</summary>
    public bool Insecure { get; init; }

    /// <summary><c>auth_ca_cert</c>: PEM bundle of the authorities to trust instead of the system's; null for those.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary><c>nova_client_cert</c>: PEM certificate; used only together with <see cref="ClientKeyFile"/>.</summary>
    public string? ClientCertificateFile { get; init; }

    /// <summary><c>nova_client_priv_key</c>: PEM key.</summary>
    public string? ClientKeyFile { get; init; }

    /// <summary>Time for a whole answer. Default 60 s, Neutron's.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Time to connect. Default 3 s: what answers later than that is treated as away, so that guests get a 503 while they still wait.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Whether <c>X-OpenStack-Request-ID</c> is sent, so that the metadata API can write it into its log. Neutron sends none; Nova's API ignores it. Default true.
    /// </summary>
    public bool SendRequestId { get; init; } = true;

    /// <summary>The servers of <see cref="Host"/>.</summary>
    /// <exception cref="FormatException">It cannot be read; the message is one line.</exception>
    public IReadOnlyList<UpstreamAddress> Addresses => UpstreamAddress.ReadList(Host, Port);

    // As in Neutron, a certificate or a key alone is not used.
    internal ServiceTrust Trust => new()
    {
        Insecure = Insecure,
        AuthorityFile = string.IsNullOrEmpty(AuthorityFile) ? null : AuthorityFile,
        CertificateFile = HasClientCertificate ? ClientCertificateFile : null,
        KeyFile = HasClientCertificate ? ClientKeyFile : null,
    };

    private bool HasClientCertificate => !string.IsNullOrEmpty(ClientCertificateFile) && !string.IsNullOrEmpty(ClientKeyFile);
}
