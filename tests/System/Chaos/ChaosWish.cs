using System.Globalization;

namespace Firstlight.System.Tests.Chaos;

/// <summary>What is asked of a run, from the environment: <c>./test --chaos</c> sets it.</summary>
/// <param name="Seed">Seed of all that is drawn.</param>
/// <param name="Duration">How long something is broken every second.</param>
/// <param name="Only">Words of which one must be in the text of a break; null for all breaks.</param>
internal sealed record ChaosWish(int Seed, TimeSpan Duration, IReadOnlyList<string>? Only)
{
    // In continuous integration always the same story: a red run is a change's doing.
    private const int UsualSeed = 20;
    private static readonly TimeSpan UsualDuration = TimeSpan.FromSeconds(60);

    /// <summary><c>FIRSTLIGHT_CHAOS_SEED</c>, <c>FIRSTLIGHT_CHAOS_SECONDS</c>, <c>FIRSTLIGHT_CHAOS_ONLY</c> (words, comma between).</summary>
    public static ChaosWish OfEnvironment() => new(
        Number("SEED") ?? UsualSeed,
        Number("SECONDS") is { } seconds ? TimeSpan.FromSeconds(seconds) : UsualDuration,
        Text("ONLY")?.Split(','));

    private static int? Number(string name) => Text(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    private static string? Text(string name) => Environment.GetEnvironmentVariable($"FIRSTLIGHT_CHAOS_{name}") is { Length: > 0 } text ? text : null;
}
