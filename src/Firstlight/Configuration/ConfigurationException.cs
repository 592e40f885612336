namespace Firstlight.Configuration;

/// <summary>A configuration this program will not start with. Nothing was touched yet; the program prints the lines and ends with 78.</summary>
internal sealed class ConfigurationException(IReadOnlyList<string> lines) : Exception(string.Join(Environment.NewLine, lines))
{
    /// <summary>One line.</summary>
    public ConfigurationException(string line) : this([line]) { }

    /// <summary>One line a mistake: where, which option, what is wrong, what is allowed.</summary>
    public IReadOnlyList<string> Lines { get; } = lines;
}
