using System.Security.Cryptography;
using System.Text;
using Firstlight.Plumbing.Interop;
using Firstlight.Plumbing.Processes;

namespace Firstlight.Plumbing.Nftables;

/// <summary>The port guard's table in the kernel: changed by differences, each one transaction, and put back when someone touched it.</summary>
/// <param name="hand">Changes rules.</param>
/// <param name="stateDirectory">State directory. A file in it remembers what the kernel told of the rules after we made them.</param>
internal sealed class PortGuardTable(Hand hand, string stateDirectory)
{
    private readonly string _table = PortGuardRuleset.TableOf(stateDirectory);
    private readonly string _memory = MemoryOf(stateDirectory);

    // What the kernel holds as long as its rules have that number; null when that must be read first.
    private (uint Generation, PortGuardElements Elements)? _known;

    /// <summary>Makes the table right. Reads the kernel's rules only when anyone but us changed any rule of the host since.</summary>
    /// <returns>What was done, in one line; null when all was right.</returns>
    /// <exception cref="ProcessFailedException">nft failed; the table is as it was.</exception>
    public async Task<string?> EnsureAsync(PortGuardElements wanted, CancellationToken cancellationToken)
    {
        var generation = NftGeneration.Read();
        var present = _known is { } known && known.Generation == generation ? known.Elements : Look(stateDirectory, out _);
        var text = present is null ? PortGuardRuleset.Render(_table, wanted) : ReferenceEquals(present, wanted) ? "" : PortGuardRuleset.Delta(_table, present, wanted);
        var step = 0u;
        var change = text.Length == 0 ? null : present is null ? $"make table bridge {_table}" : $"bridge {_table}: {Count(text)}";
        if (hand.Shows) return change;
        if (text.Length > 0)
        {
            _known = null;
            await hand.RunAsync(new ProcessCall("guarding ports", "nft", ["-f", "-"], text), cancellationToken);
            step = 1;
            if (present is null) Remember();
        }

        // Only when nobody else changed rules meanwhile is it known what there is.
        _known = generation is { } before && NftGeneration.Read() == unchecked(before + step) ? (unchecked(before + step), wanted) : null;
        return change;
    }

    /// <summary>Removes the table, if it is there.</summary>
    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        _known = null;
        if (List(_table) is not null) await hand.RunAsync(new ProcessCall("removing the port guard", "nft", ["delete", "table", "bridge", _table]), cancellationToken);
        hand.Remove(_memory);
    }

    /// <summary>What guards the ports of a state directory, whoever made it.</summary>
    /// <param name="stateDirectory">State directory.</param>
    /// <param name="isThere">Whether there is a table at all.</param>
    /// <returns>What is in its sets; null when its rules are not those that were made, or a set holds what was not put there by us.</returns>
    /// <exception cref="System.ComponentModel.Win32Exception">The kernel did not answer; only root may ask.</exception>
    public static PortGuardElements? Look(string stateDirectory, out bool isThere)
    {
        var table = PortGuardRuleset.TableOf(stateDirectory);
        using var rules = NetlinkSocket.Open(Netlink.NETLINK_NETFILTER);
        var listing = List(rules, table);
        isThere = listing is not null;
        if (listing is null || !StateFiles.Holds(MemoryOf(stateDirectory), Memory(table, listing))) return null;
        try
        {
            return GuardReader.Read(rules, table);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    // Someone may have flushed it already. Then nothing is remembered, and the next look makes the table anew.
    private void Remember()
    {
        hand.Remove(_memory);
        if (List(_table) is not { } listing || listing.Parts != PortGuardRuleset.Parts) return;
        hand.MakeDirectory(Path.GetDirectoryName(_memory)!);
        hand.Replace(_memory, Memory(_table, listing));
    }

    private static TableListing? List(string table)
    {
        using var rules = NetlinkSocket.Open(Netlink.NETLINK_NETFILTER);
        return List(rules, table);
    }

    private static TableListing? List(NetlinkSocket rules, string table) => TableListing.Read(rules, NftNetlink.NFPROTO_BRIDGE, table);

    private static string Memory(string table, TableListing listing) => $"{Hash(PortGuardRuleset.Skeleton(table))} {listing.Digest}\n";

    private static string MemoryOf(string stateDirectory) => Path.Combine(stateDirectory, "plumbing", "nft-ports");

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string Count(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return string.Join("; ", lines.Select(l => l.Length <= 160 ? l : $"{l[..120]}… ({l.Count(c => c == ',') + 1} elements)"));
    }
}
