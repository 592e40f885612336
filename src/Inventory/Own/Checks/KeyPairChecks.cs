using Firstlight.Inventory.Own.Model;

namespace Firstlight.Inventory.Own.Checks;

internal static class KeyPairChecks
{
    // Nova's column is a mediumtext, but its API takes no more.
    private const int LongestKey = 16384;

    public static void Run(Report report)
    {
        foreach (var (key, pair) in report.Concerned.KeyPairs)
        {
            var id = Id(pair);
            if (key != (pair.ProjectId, pair.Name)) report.Add(ResourceKind.KeyPair, id, pair.Name, "name", $"is filed under {key.Name}");
            report.CheckName(ResourceKind.KeyPair, id, pair.Name);
            report.CheckReference(ResourceKind.KeyPair, id, pair.Name, "project", ResourceKind.Project, pair.ProjectId);
            if (pair.Type is not ("ssh" or "x509")) report.Add(ResourceKind.KeyPair, id, pair.Name, "type", $"'{pair.Type}' is not ssh or x509");
            if (string.IsNullOrWhiteSpace(pair.PublicKey)) report.Add(ResourceKind.KeyPair, id, pair.Name, "public_key", "is empty");
            if (pair.PublicKey.Length > LongestKey)
                report.Add(ResourceKind.KeyPair, id, pair.Name, "public_key", $"has {pair.PublicKey.Length} characters, at most {LongestKey} are allowed");
        }
    }

    /// <summary>What findings and plans know a key pair by.</summary>
    public static string Id(StoredKeyPair pair) => $"{pair.ProjectId}/{pair.Name}";
}
