using Firstlight.Plumbing.Attach;
using Firstlight.System.Tests.Support;

namespace Firstlight.System.Tests.Chaos;

/// <summary>By name, all that a state directory has on this machine: namespaces, devices, daemons, tables, files. What is not in two equal lists is a leak or a loss.</summary>
internal static class Census
{
    // Written by itself, not by the reconciler: the inventory, logs, and what a guest brought with it.
    private static readonly string[] Kept = ["dhcp", "ra", "plumbing"];

    /// <summary>Takes it.</summary>
    /// <param name="stateDirectory">The state directory.</param>
    /// <param name="known">Parts of every cloud that this directory ever had: their names are looked for.</param>
    public static async Task<string> TakeAsync(string stateDirectory, IReadOnlyCollection<Part> known)
    {
        var lines = new List<string>();
        lines.AddRange(Namespaces(known).Where(name => File.Exists($"/run/netns/{name}")).Select(name => $"namespace {name}"));
        lines.AddRange(Devices(known).Where(name => Directory.Exists($"/sys/class/net/{name}")).Select(name => $"device {name}"));
        lines.AddRange(Standing.Processes("dnsmasq", stateDirectory + "/").Select(p => $"process {p.CommandLine}"));
        var table = GuestAttachment.GuardTable(stateDirectory);
        var tables = await Run.ProgramAsync("nft", "list", "tables", "bridge");
        if (tables.Output.Contains(table, StringComparison.Ordinal)) lines.Add($"table {table}");
        lines.AddRange(Kept.Select(name => Path.Combine(stateDirectory, name)).Where(Directory.Exists)
            .SelectMany(path => Directory.EnumerateFileSystemEntries(path, "*", SearchOption.AllDirectories)).Select(path => $"file {path}"));
        return string.Join('\n', lines.Distinct().Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Namespaces(IEnumerable<Part> parts) =>
        parts.Select(p => p switch { NetworkPart { Dhcp: { } dhcp } => dhcp.Namespace, RouterPart router => router.Namespace, _ => "" }).Where(name => name.Length > 0);

    // The far ends, too: one that was left in the host by a kill right before it moved is a leak.
    private static IEnumerable<string> Devices(IEnumerable<Part> parts) => parts.SelectMany(p => p switch
    {
        NetworkPart network => [network.Bridge, .. network.Dhcp is { } dhcp ? [dhcp.Veth.HostEnd, dhcp.Veth.Name] : Array.Empty<string>()],
        RouterPart router => router.Veths.SelectMany(v => (string[])[v.HostEnd, v.Name]),
        _ => Array.Empty<string>(),
    });
}
