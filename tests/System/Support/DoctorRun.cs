using System.Text.Json;
using Firstlight.Cli;

namespace Firstlight.System.Tests.Support;

/// <summary>What the doctor said of one guest.</summary>
internal sealed record DoctorRun(int ExitCode, IReadOnlyList<DoctorHop> Hops, string Error)
{
    /// <summary>The first hop that is wrong; null when none is.</summary>
    public DoctorHop? First => Hops.FirstOrDefault(h => h.State == "wrong");

    /// <summary>All hops that are wrong.</summary>
    public string Wrong => string.Join(' ', Hops.Where(h => h.State == "wrong").Select(h => h.Hop));

    public DoctorHop this[string hop] => Hops.Single(h => h.Hop == hop);

    /// <summary>Asks in this process, as Program does: a start of the program for each break would take most of the time.</summary>
    public static async Task<DoctorRun> OfAsync(params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await CommandLine.RunAsync(ProgramVerbs.Tree(), ["doctor", .. arguments, "-o", "json"], output, error, CancellationToken.None);
        var hops = output.ToString() is { Length: > 0 } json ? JsonDocument.Parse(json).RootElement.EnumerateArray().Select(DoctorHop.Of).ToList() : [];
        return new DoctorRun(code, hops, error.ToString());
    }

    public override string ToString() => $"exit code {ExitCode} {Error}{Environment.NewLine}{string.Join(Environment.NewLine, Hops)}";
}

/// <summary>One hop of it.</summary>
internal sealed record DoctorHop(string Hop, string State, string Seen, string? Why, string? Mend)
{
    public static DoctorHop Of(JsonElement item) => new(
        item.GetProperty("hop").GetString()!, item.GetProperty("state").GetString()!, item.GetProperty("seen").GetString()!, item.GetProperty("why").GetString(), item.GetProperty("mend").GetString());
}
