using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Firstlight.Conformance.Tests.Machines.Support;

/// <summary>What cloud-init says of a boot.</summary>
/// <param name="boot">A boot of the Debian guest.</param>
internal sealed partial class CloudInit(Boot boot)
{
    // As its record names them, and as each announces itself.
    private static readonly Dictionary<string, string> Stages = new(StringComparer.Ordinal)
    {
        ["init-local"] = "init-local", ["init"] = "init", ["modules-config"] = "modules:config", ["modules-final"] = "modules:final",
    };

    /// <summary><c>cloud-init status --long</c>.</summary>
    public string Status { get; } = boot.File("status.txt");

    /// <summary>Its log.</summary>
    public string Log { get; } = boot.File("files/var/log/cloud-init.log");

    /// <summary><c>/run/cloud-init/instance-data.json</c>.</summary>
    public JsonElement InstanceData { get; } = JsonDocument.Parse(boot.File("files/run/cloud-init/instance-data.json")).RootElement;

    /// <summary>Lines it logged as a warning or an error.</summary>
    public IReadOnlyList<string> Complaints => [.. Log.Split('\n').Where(line => line.Contains("[WARNING]", StringComparison.Ordinal) || line.Contains("[ERROR]", StringComparison.Ordinal))];

    /// <summary>Documents it read over HTTP, each with the attempts that took.</summary>
    public IReadOnlyList<(string Url, int Attempts)> Reads =>
        [.. Read().Matches(Log).Select(match => (match.Groups["url"].Value, int.Parse(match.Groups["attempts"].Value, CultureInfo.InvariantCulture)))];

    /// <summary>A value of the standardised part of the instance data.</summary>
    public string Standard(string name) => InstanceData.GetProperty("v1").GetProperty(name).GetString() ?? "";

    /// <summary>Asserts that cloud-init ended well in one boot: each of its stages once and without error, no complaint, no second attempt.</summary>
    /// <param name="source">Name of the data source, as its status has it.</param>
    /// <param name="expected">Parts of complaints that this data source makes of the real Nova too.</param>
    public void AssertConfiguredAtOnce(string source, params string[] expected)
    {
        Assert.Contains("status: done", Status, StringComparison.Ordinal);
        Assert.Contains(source, Status, StringComparison.Ordinal);
        Assert.DoesNotContain(Complaints, complaint => !expected.Any(part => complaint.Contains(part, StringComparison.Ordinal)));
        Assert.DoesNotContain(Reads, read => read.Attempts != 1);
        Assert.DoesNotContain("Please wait", Log, StringComparison.Ordinal);
        Assert.Empty(boot.File("units.txt").Trim());
        AssertStages();
    }

    // Its own record of the boot: what began also ended, and nothing went wrong. A second boot, or a stage run again, would show in the journal.
    private void AssertStages()
    {
        using var record = JsonDocument.Parse(boot.File("files/run/cloud-init/status.json"));
        var journal = boot.File("journal.txt");
        foreach (var stage in Stages)
        {
            var told = record.RootElement.GetProperty("v1").GetProperty(stage.Key);
            Assert.Empty(told.GetProperty("errors").EnumerateArray());
            Assert.True(told.GetProperty("finished").GetDouble() >= told.GetProperty("start").GetDouble(), $"{stage.Key} did not end");
            Assert.Single(journal.Split('\n'), line => line.Contains($"running '{stage.Value}'", StringComparison.Ordinal));
        }
    }

    [GeneratedRegex(@"Read from (?<url>\S+) \(\d+, \d+b\) after (?<attempts>\d+) attempts", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Read();
}
