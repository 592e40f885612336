using Firstlight.Inventory.Own.Model;

namespace Firstlight.Inventory.Own;

/// <summary>The declarative cloud file (YAML).</summary>
public static class CloudFile
{
    /// <summary>Parses a cloud file.</summary>
    /// <param name="yaml">Its text.</param>
    /// <param name="directory">Where relative <c>user_data_file</c> paths start.</param>
    /// <exception cref="InventoryRuleException">Every mistake with line, field and rule: unknown fields, wrong types, bad addresses.</exception>
    public static CloudSpec Parse(string yaml, string directory) => throw new NotSupportedException("pending");
}
