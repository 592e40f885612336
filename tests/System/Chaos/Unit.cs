using System.Globalization;

namespace Firstlight.System.Tests.Chaos;

/// <summary>What the unit of the standalone tells systemd.</summary>
internal static class Unit
{
    /// <summary>Pause between the end of a program that crashed and its next start.</summary>
    public static TimeSpan RestartPause { get; } = Read("RestartSec");

    private static TimeSpan Read(string name)
    {
        var file = Path.Combine(Root(), "deploy", "systemd", "firstlight-standalone.service");
        var value = File.ReadLines(file).Single(line => line.StartsWith(name + '=', StringComparison.Ordinal))[(name.Length + 1)..];
        return value.EndsWith("ms", StringComparison.Ordinal)
            ? TimeSpan.FromMilliseconds(double.Parse(value[..^2], CultureInfo.InvariantCulture))
            : TimeSpan.FromSeconds(double.Parse(value, CultureInfo.InvariantCulture));
    }

    private static string Root()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Firstlight.slnx"))) return at.FullName;
        }

        throw new DirectoryNotFoundException("the tests must run from inside the repository: no Firstlight.slnx above them");
    }
}
