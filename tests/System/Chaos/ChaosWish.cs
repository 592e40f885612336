using System.Globalization;

namespace Firstlight.System.Tests.Chaos;

/// <summary>What is asked of a run, from the environment: <c>./test --chaos</c> sets it.</summary>
/// <param name="Seed">Seed of all that is drawn.</param>
/// <param name="Duration">How long something is broken every second.</param>
/// <param name="Only">Words of which one must be in the text of a break; null for all breaks.</param>
internal sealed record ChaosWish(int Seed, TimeSpan Duration, IReadOnlyList<string>? Only)
{
    private static readonly TimeSpan UsualDuration = TimeSpan.FromSeconds(60);

    /// <summary><c>FIRSTLIGHT_CHAOS_SEED</c>, <c>FIRSTLIGHT_CHAOS_SECONDS</c>, <c>FIRSTLIGHT_CHAOS_ONLY</c> (words, comma between).</summary>
    /// <param name="usualSeed">Seed where none is asked for: always the same in continuous integration, so that a red run is a change's doing.</param>
    public static ChaosWish OfEnvironment(int usualSeed) => new(
        Number("SEED") ?? usualSeed,
        Number("SECONDS") is { } seconds ? TimeSpan.FromSeconds(seconds) : UsualDuration,
        Text("ONLY")?.Split(','));

    private static int? Number(string name) => Text(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    private static string? Text(string name) => Environment.GetEnvironmentVariable($"FIRSTLIGHT_CHAOS_{name}") is { Length: > 0 } text ? text : null;
}
