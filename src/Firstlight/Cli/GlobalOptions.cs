using System.CommandLine;
using Firstlight.Configuration;
using Firstlight.Inventory.Own;

namespace Firstlight.Cli;

/// <summary>Options every verb takes, and the configuration they lead to.</summary>
internal sealed class GlobalOptions
{
    /// <summary>Configuration files.</summary>
    public Option<string[]> ConfigFile { get; } = Global<string[]>("--config-file", "Read this configuration file (INI of oslo.config); may be repeated, the later wins.", "FILE");

    /// <summary>Configuration directories.</summary>
    public Option<string[]> ConfigDir { get; } = Global<string[]>("--config-dir", "Read the *.conf of this directory after the files.", "DIR");

    /// <summary>Overrides [DEFAULT] state_path.</summary>
    public Option<string?> StatePath { get; } = Global<string?>("--state-path", "Directory of the inventory and of all else that is kept; overrides state_path.", "DIR");

    /// <summary>Overrides [firstlight] log_format.</summary>
    public Option<string?> LogFormat { get; } = Global<string?>("--log-format", "Form of log lines on standard error: text or json.", "FORMAT");

    /// <summary>Debug logging.</summary>
    public Option<bool> Verbose { get; } = new("--verbose", "-v") { Description = "Log each step.", Recursive = true };

    /// <summary>Check and end.</summary>
    public Option<bool> CheckConfig { get; }

    /// <summary>Print and end.</summary>
    public Option<bool> PrintConfig { get; }

    /// <summary>Makes one set for one command tree.</summary>
    public GlobalOptions()
    {
        LogFormat.AcceptOnlyFromAmong("text", "json");
        CheckConfig = new("--check-config") { Description = "Say whether the configuration is in order for this verb, and end.", Recursive = true, Action = new CheckConfigAction(this) };
        PrintConfig = new("--print-config") { Description = "Print the configuration in force for this verb, secrets masked, and end.", Recursive = true, Action = new PrintConfigAction(this) };
    }

    /// <summary>In the order help lists them.</summary>
    public IEnumerable<Option> All => [ConfigFile, ConfigDir, StatePath, LogFormat, Verbose, CheckConfig, PrintConfig];

    /// <summary>Where the configuration of a command line comes from.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="role">What it is read as.</param>
    public ConfigSources Sources(ParseResult parse, ProgramRole role)
    {
        var overrides = new List<IniEntry>();
        if (parse.GetValue(StatePath) is { } path)
            overrides.Add(new IniEntry(IniFile.DefaultSection, "state_path", Literal(Path.GetFullPath(path)), new Origin("--state-path")));
        if (parse.GetValue(LogFormat) is { } format)
            overrides.Add(new IniEntry(OptionCatalogue.OwnSection, "log_format", format, new Origin("--log-format")));
        if (parse.GetValue(Verbose))
            overrides.Add(new IniEntry(IniFile.DefaultSection, "debug", "true", new Origin("--verbose")));
        return ConfigSources.OfProcess(role, parse.GetValue(ConfigFile) ?? [], parse.GetValue(ConfigDir) ?? []) with { Overrides = overrides };
    }

    /// <summary>Loads the configuration of a verb that runs until stopped; a missing secret of a standalone is made.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="role">The role.</param>
    /// <param name="answers">Whether guests will be answered; where not, no secret is needed.</param>
    /// <exception cref="ConfigurationException">It is not in order: exit code 78.</exception>
    public Settings Load(ParseResult parse, ProgramRole role, bool answers = true) =>
        Settings.Load(Sources(parse, role) with { MayGenerateSecret = answers, Answers = answers });

    /// <summary>Loads the configuration of a verb that does one thing and ends.</summary>
    /// <exception cref="ConfigurationException">It is not in order: exit code 78.</exception>
    public Settings Load(ParseResult parse) => Settings.Load(Sources(parse, ProgramRole.Commands));

    /// <summary>Opens the inventory for reading; it must exist.</summary>
    public OwnInventory OpenInventory(ParseResult parse)
    {
        var path = Load(parse).InventoryPath;
        if (!File.Exists(path))
            throw new ProgramEndException(ExitCodes.Unavailable, $"there is no inventory at {path} yet: 'firstlight apply FILE' makes one, --state-path names another");
        return OwnInventory.Open(path);
    }

    /// <summary>Opens the inventory for a change; it is made, with its directory, where it is missing.</summary>
    public OwnInventory OpenOrCreateInventory(ParseResult parse) => OwnInventory.Open(Load(parse).InventoryPath);

    private static Option<T> Global<T>(string name, string description, string helpName) => new(name) { Description = description, HelpName = helpName, Recursive = true };

    private static string Literal(string value) => value.Replace("$", "$$", StringComparison.Ordinal);
}
