using System.Text.Json;
using System.Text.Json.Serialization;
using Firstlight.Metadata.Instances;

namespace Firstlight.Api.Tests.Support;

/// <summary>The instances behind the golden cases.</summary>
internal static class RecordedInstances
{
    private static readonly JsonSerializerOptions Options = new() { Converters = { new JsonStringEnumConverter() } };

    public static IReadOnlyDictionary<string, Instance> All { get; } =
        JsonSerializer.Deserialize<Dictionary<string, Instance>>(File.ReadAllText(Path.Combine(Folder, "instances.json")), Options)!;

    /// <summary>Instances whose rows Nova could not read: network_info NULL, no such row, user data that is not base64.</summary>
    public static string[] Unreadable { get; } =
        ["c3664ac5-c062-58f3-b363-f3697ef0d0a4", "6d9aae77-f302-5dd6-a69f-d0f978776877", "62550683-4504-5df2-89d2-f9890abd63c1"];

    public static string Folder => Path.Combine(AppContext.BaseDirectory, "Golden");

    /// <summary>What Neutron had when the cases were recorded.</summary>
    public static string NeutronFile => Path.Combine(Folder, "neutron-api.json");

    public static string VendorDataFile => Path.Combine(Folder, "vendor_data.static.json");
}
