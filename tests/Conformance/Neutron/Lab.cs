namespace Firstlight.Conformance.Tests.Neutron;

/// <summary>Places inside the lab. Its network is its own, so the ports are fixed.</summary>
internal static class Lab
{
    public const int MariaDbPort = 3306;
    public const int RabbitPort = 5672;
    public const int NeutronPort = 9696;
    public const int NovaPort = 8775;

    /// <summary>Where our metadata API listens, beside Nova's.</summary>
    public const int OurApiPort = 8776;

    /// <summary>Where our agent says how it does.</summary>
    public const int OurManagementPort = 9191;

    /// <summary>The path programs are looked up in; Debian keeps daemons in sbin.</summary>
    public const string SystemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>Scripts, configuration and rows of the lab, as they are copied beside the tests.</summary>
    public static string Files { get; } = Path.Combine(AppContext.BaseDirectory, "Neutron", "lab");

    public static string Golden { get; } = Path.Combine(AppContext.BaseDirectory, "Golden");

    /// <summary>A configuration file of the lab with the places filled in.</summary>
    /// <param name="name">Such as <c>neutron.conf</c>.</param>
    /// <param name="root">The lab's directory.</param>
    /// <param name="upstream">Port of the metadata API behind the agent.</param>
    public static string Configuration(string name, string root, int upstream = NovaPort) => File.ReadAllText(Path.Combine(Files, name))
        .Replace("{DIR}", root)
        .Replace("{GOLDEN}", Golden)
        .Replace("{MARIADB}", $"{MariaDbPort}")
        .Replace("{RABBIT}", $"{RabbitPort}")
        .Replace("{NEUTRON}", $"{NeutronPort}")
        .Replace("{NOVA}", $"{NovaPort}")
        .Replace("{UPSTREAM}", $"{upstream}");
}
