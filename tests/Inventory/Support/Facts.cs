using System.Text.Json;
using Firstlight.Inventory.Own;
using Firstlight.Metadata.Identity;
using Firstlight.Metadata.Instances;

namespace Firstlight.Inventory.Tests.Support;

/// <summary>What instances are told, in a form that can be compared.</summary>
internal static class Facts
{
    /// <summary>Everything of an instance; empty for none.</summary>
    public static string Text(Instance? instance) => instance is null ? "" : JsonSerializer.Serialize(instance);

    /// <summary>The facts of servers, null for those that are gone.</summary>
    public static async Task<Dictionary<string, Instance?>> OfAsync(OwnInventory inventory, IEnumerable<string> servers)
    {
        var facts = new Dictionary<string, Instance?>(StringComparer.Ordinal);
        foreach (var id in servers) facts[id] = await inventory.Instances.FindAsync(new InstanceId(id), TestContext.Current.CancellationToken);
        return facts;
    }
}
