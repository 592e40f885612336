using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Firstlight.Conformance.Tests.Machines.Support;

/// <summary>What cloud-init says of a boot.</summary>
/// <param name="boot">A boot of the Debian guest.</param>
internal sealed partial class CloudInit(Boot boot)
{
    /// <summary><c>cloud-init status --long</c>.</summary>
    public string Status { get; } = boot.File("status.txt");

    /// <summary>Its log.</summary>
    public string Log { get; } = boot.File("files/var/log/cloud-init.log");

    /// <summary><c>/run/cloud-init/instance-data.json</c>.</summary>
    public JsonElement InstanceData { get; } = JsonDocument.Parse(boot.File("files/run/cloud-init/instance-data.json")).RootElement;

    /// <summary>Lines it logged as a warning or an error.</summary>
    public IReadOnlyList<string> Complaints => [.. Log.Split('\n').Where(line => line.Contains("[WARNING]", StringComparison.Ordinal) || line.Contains("[ERROR]", StringComparison.Ordinal))];

    /// <summary>Requests that were answered after more than one attempt.</summary>
    public IReadOnlyList<string> Retries =>
        [.. Read().Matches(Log).Where(match => int.Parse(match.Groups["attempts"].Value, CultureInfo.InvariantCulture) > 1).Select(match => match.Value)];

    /// <summary>A value of the standardised part of the instance data.</summary>
    public string Standard(string name) => InstanceData.GetProperty("v1").GetProperty(name).GetString() ?? "";

    /// <summary>Asserts that cloud-init ended well: no error, no complaint, no second attempt.</summary>
    /// <param name="source">Name of the data source, as its status has it.</param>
    /// <param name="expected">Parts of complaints that this data source makes of the real Nova too.</param>
    public void AssertConfiguredAtOnce(string source, params string[] expected)
    {
        Assert.Contains("status: done", Status, StringComparison.Ordinal);
        Assert.Contains(source, Status, StringComparison.Ordinal);
        Assert.DoesNotContain(Complaints, complaint => !expected.Any(part => complaint.Contains(part, StringComparison.Ordinal)));
        Assert.Empty(Retries);
        Assert.DoesNotContain("Please wait", Log, StringComparison.Ordinal);
        Assert.Empty(boot.File("units.txt").Trim());
    }

    [GeneratedRegex(@"Read from \S+ \(\d+, \d+b\) after (?<attempts>\d+) attempts", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex Read();
}
