namespace Firstlight.Configuration;

/// <summary>Everything a configuration is made of, named before anything is read.</summary>
internal sealed record ConfigSources
{
    /// <summary>Read when the command line names no file and it exists.</summary>
    public const string DefaultFile = "/etc/firstlight/firstlight.conf";

    /// <summary>Its <c>*.conf</c> are read when the command line names neither file nor directory and it exists.</summary>
    public const string DefaultDirectory = "/etc/firstlight/firstlight.conf.d";

    /// <summary>What the configuration is for: it decides defaults and which secret counts.</summary>
    public required ProgramRole Role { get; init; }

    /// <summary>Files in order; of equal options the later wins.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>Directories whose <c>*.conf</c> are read after the files, sorted by name.</summary>
    public IReadOnlyList<string> Directories { get; init; } = [];

    /// <summary>Environment variables; <c>OS_GROUP__OPTION</c> wins over files.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Command line options, which win over everything.</summary>
    public IReadOnlyList<IniEntry> Overrides { get; init; } = [];

    /// <summary>Whether a missing shared secret may be generated into the state path. False for checks and for one-shot verbs.</summary>
    public bool MayGenerateSecret { get; init; }

    /// <summary>Whether guests will be answered. False where a role only brings networks up or takes them away: then no secret is needed.</summary>
    public bool Answers { get; init; } = true;

    /// <summary>The sources of this process: named files and directories, or else the defaults that exist.</summary>
    public static ConfigSources OfProcess(ProgramRole role, IReadOnlyList<string> files, IReadOnlyList<string> directories)
    {
        var named = files.Count + directories.Count > 0;
        return new ConfigSources
        {
            Role = role,
            Files = named || !File.Exists(DefaultFile) ? files : [DefaultFile],
            Directories = named || !Directory.Exists(DefaultDirectory) ? directories : [DefaultDirectory],
            Environment = System.Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
                .ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? "", StringComparer.Ordinal),
        };
    }
}
