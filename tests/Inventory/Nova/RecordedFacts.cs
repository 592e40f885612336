using System.Text.Json;
using System.Text.Json.Serialization;
using Firstlight.Metadata.Instances;

namespace Firstlight.Inventory.Tests.Nova;

/// <summary>The facts the golden cases of the API are replayed with: what the recorded rows must become.</summary>
internal static class RecordedFacts
{
    private static readonly JsonSerializerOptions Options = new() { Converters = { new JsonStringEnumConverter() }, WriteIndented = true };

    public static IReadOnlyDictionary<string, Instance> All { get; } =
        JsonSerializer.Deserialize<Dictionary<string, Instance>>(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", "instances.json")), Options)!;

    /// <summary>Instances whose rows Nova could not read.</summary>
    public const string NullNetwork = "c3664ac5-c062-58f3-b363-f3697ef0d0a4";
    public const string NoInfoCache = "6d9aae77-f302-5dd6-a69f-d0f978776877";
    public const string BadUserData = "62550683-4504-5df2-89d2-f9890abd63c1";

    /// <summary>Facts as text, without what Nova's tables do not hold or the recording left out.</summary>
    public static string Comparable(Instance instance) =>
        JsonSerializer.Serialize(instance with { SecurityGroups = [], BootRoles = "", RawUserData = null }, Options);
}
