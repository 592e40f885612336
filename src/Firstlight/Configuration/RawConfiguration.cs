namespace Firstlight.Configuration;

/// <summary>All sources read and ordered; values are still text as written.</summary>
internal sealed class RawConfiguration
{
    private readonly Dictionary<(string Section, string Name), List<IniEntry>> _entries = [];
    private readonly IReadOnlyDictionary<string, string> _environment;

    private RawConfiguration(IReadOnlyList<IniEntry> written, ConfigSources sources, IReadOnlyList<string> files)
    {
        _environment = sources.Environment;
        Written = written;
        Files = files;
        foreach (var entry in written)
        {
            if (!_entries.TryGetValue((entry.Section, entry.Name), out var list)) _entries[(entry.Section, entry.Name)] = list = [];
            list.Add(entry);
        }

        Overrides = sources.Overrides;
    }

    /// <summary>Assignments of all files in the order they were read.</summary>
    public IReadOnlyList<IniEntry> Written { get; }

    /// <summary>Files that were read.</summary>
    public IReadOnlyList<string> Files { get; }

    private IReadOnlyList<IniEntry> Overrides { get; }

    /// <summary>Reads the files.</summary>
    /// <exception cref="ConfigurationException">A named file or directory cannot be read, or is not of the dialect.</exception>
    public static RawConfiguration Read(ConfigSources sources)
    {
        var files = sources.Files.Concat(sources.Directories.SelectMany(FilesOf)).ToList();
        return new RawConfiguration([.. files.SelectMany(f => IniFile.Parse(ReadText(f), f))], sources, files);
    }

    /// <summary>The value that counts: command line, then environment, then the last one written.</summary>
    public IniEntry? Find(string section, string name) =>
        Overrides.LastOrDefault(e => e.Section == section && e.Name == name)
        ?? FromEnvironment(section, name)
        ?? (_entries.TryGetValue((section, name), out var list) ? list[^1] : null);

    /// <summary>Every value written for a multi-valued option, in order; the environment's one value replaces them.</summary>
    public IReadOnlyList<IniEntry> FindAll(string section, string name) =>
        FromEnvironment(section, name) is { } one ? [one] : _entries.TryGetValue((section, name), out var list) ? list : [];

    /// <summary>Variables of the form <c>OS_FIRSTLIGHT…__OPTION</c> as entries, so that a mistyped one is found.</summary>
    public IEnumerable<IniEntry> OwnVariables() =>
        from pair in _environment
        where pair.Key.StartsWith("OS_FIRSTLIGHT", StringComparison.Ordinal)
        let split = pair.Key.IndexOf("__", StringComparison.Ordinal)
        where split > 0
        select new IniEntry(
            pair.Key[3..split].ToLowerInvariant(), pair.Key[(split + 2)..].ToLowerInvariant(), pair.Value, new Origin($"environment {pair.Key}"));

    private IniEntry? FromEnvironment(string section, string name)
    {
        var variable = $"OS_{section.ToUpperInvariant()}__{name.ToUpperInvariant()}";
        return _environment.TryGetValue(variable, out var value) ? new IniEntry(section, name, value, new Origin($"environment {variable}")) : null;
    }

    private static IEnumerable<string> FilesOf(string directory)
    {
        try
        {
            return Directory.GetFiles(directory, "*.conf").Order(StringComparer.Ordinal).ToList();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"--config-dir {directory}: cannot be read: {e.Message}");
        }
    }

    private static string ReadText(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"--config-file {file}: cannot be read: {e.Message}");
        }
    }
}
