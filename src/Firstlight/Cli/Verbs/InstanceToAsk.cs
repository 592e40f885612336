using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using Firstlight.Cli.Views;
using Firstlight.Inventory;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Cli.Verbs;

/// <summary>The instance that <c>get</c> and <c>sign</c> speak for.</summary>
/// <param name="Id">Its id as the signature covers it.</param>
/// <param name="ProjectId">Its project; null for an id the inventory does not have.</param>
/// <param name="Address">Its first fixed IPv4 address, if it has one.</param>
internal sealed record InstanceToAsk(string Id, string? ProjectId, IPAddress? Address)
{
    /// <summary>Finds a server by name or id in the inventory; a UUID the inventory does not have stands for itself, since another's may.</summary>
    /// <exception cref="InventoryRuleException">A name that is unknown or ambiguous.</exception>
    /// <exception cref="ProgramEndException">A name, and no inventory to look it up in.</exception>
    public static InstanceToAsk Find(GlobalOptions globals, ParseResult parse, string nameOrId, string? project)
    {
        var isId = Guid.TryParseExact(nameOrId, "D", out _);
        if (isId && !File.Exists(globals.Load(parse).InventoryPath)) return new InstanceToAsk(nameOrId, null, null);

        using var inventory = globals.OpenInventory(parse);
        var cloud = inventory.Read();
        // An upper-case id signs differently, so it is not replaced by the stored one.
        if (isId && !cloud.Servers.ContainsKey(nameOrId)) return new InstanceToAsk(nameOrId, null, null);
        var server = cloud.Servers[isId ? nameOrId : Planner.Resolve(cloud, ResourceKind.Server, nameOrId, project)];
        var address = CloudViews.PortsOf(cloud, server).SelectMany(p => p.FixedIps).Select(f => f.Address).FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork);
        return new InstanceToAsk(server.Id, server.ProjectId, address);
    }
}
