using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Firstlight.Plumbing.Interop;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Namespaces;
using Firstlight.Plumbing.Processes;
using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Plumbing.Nftables;

/// <summary>Our table in a router's namespace: put there in one transaction, and only when it is not as we left it.</summary>
/// <param name="hand">Changes rules.</param>
/// <param name="runner">Reads them.</param>
/// <param name="sockets">Asks namespaces whether any rule changed.</param>
/// <param name="directory">Where what nft lists after a change is remembered, a file a router. nft prints rules in its own words, which change
/// with its version; so it is compared with what it printed then, not with what we rendered.</param>
internal sealed class RouterTable(Hand hand, ProcessRunner runner, NamespaceSockets sockets, string directory)
{
    // Rules that were right as long as their namespace has that number, by router.
    private readonly ConcurrentDictionary<string, (string Identity, uint Generation, string Rules)> _known = new(StringComparer.Ordinal);

    /// <summary>Makes the table right. nft is run only where anyone changed a rule of that namespace since the last time, or other rules are wanted.</summary>
    /// <param name="router">The router.</param>
    /// <param name="namespaceIdentity">Kernel identity of its namespace; null where that is still to be made.</param>
    /// <param name="cancellationToken">Ends it; the table is as it was, or as wanted.</param>
    /// <returns>Whether it was changed.</returns>
    public async Task<bool> EnsureAsync(WantedRouter router, string? namespaceIdentity, CancellationToken cancellationToken)
    {
        if (namespaceIdentity is null) return true;
        var name = DeviceNames.RouterNamespace(router.Id);
        var rules = RouterRuleset.Render(router);
        var before = GenerationOf(name);
        if (_known.TryGetValue(router.Id, out var known) && known == (namespaceIdentity, before, rules)) return false;

        _known.TryRemove(router.Id, out _);
        var memory = Path.Combine(directory, router.Id);
        var listed = await ListAsync(name, cancellationToken);
        var isRight = listed is not null && string.Equals(StateFiles.Read(memory), Memory(rules, listed), StringComparison.Ordinal);
        if (hand.Shows) return !isRight;
        if (!isRight) listed = await ReplaceAsync(name, rules, cancellationToken);

        // Only when nobody else changed rules meanwhile is it known what there is, and what was listed is ours.
        var step = isRight ? 0u : 1u;
        var isAlone = before is { } generation && GenerationOf(name) == unchecked(generation + step);
        if (isAlone) _known[router.Id] = (namespaceIdentity, unchecked(before!.Value + step), rules);
        if (!isRight && (isAlone || before is null)) Remember(memory, Memory(rules, listed));
        else if (!isRight) File.Delete(memory);
        return !isRight;
    }

    /// <summary>Removes the table from a namespace that stays.</summary>
    public async Task RemoveAsync(string networkNamespace, CancellationToken cancellationToken)
    {
        if (await ListAsync(networkNamespace, cancellationToken) is null) return;
        await hand.RunAsync(
            IpTool.Inside(networkNamespace, $"removing rules of {networkNamespace}", "nft", ["delete", "table", .. RouterRuleset.Table.Split(' ')]), cancellationToken);
    }

    /// <summary>Forgets what a router's table looked like.</summary>
    public void Forget(string routerId)
    {
        _known.TryRemove(routerId, out _);
        hand.Remove(Path.Combine(directory, routerId));
    }

    private async Task<string?> ReplaceAsync(string name, string rules, CancellationToken cancellationToken)
    {
        await hand.RunAsync(IpTool.Inside(name, $"setting rules of {name}", "nft", ["-f", "-"], rules), cancellationToken);
        return await ListAsync(name, cancellationToken);
    }

    private void Remember(string memory, string text)
    {
        StateFiles.MakeDirectory(directory);
        StateFiles.Replace(memory, text);
    }

    private uint? GenerationOf(string networkNamespace)
    {
        using var socket = sockets.OpenRules(NamespaceList.PathOf(networkNamespace));
        return NftGeneration.Read(socket);
    }

    private async Task<string?> ListAsync(string networkNamespace, CancellationToken cancellationToken)
    {
        var call = IpTool.Inside(networkNamespace, $"reading rules of {networkNamespace}", "nft", ["list", "table", .. RouterRuleset.Table.Split(' ')]);
        var result = await runner.TryRunAsync(call, cancellationToken);
        return result.ExitCode == 0 ? result.Output : null;
    }

    private static string Memory(string rules, string? listed) => $"{Hash(rules)} {Hash(listed ?? "")}\n";

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
