using System.Security.Cryptography;
using System.Text;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Processes;
using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Plumbing.Nftables;

/// <summary>Our table in a router's namespace: put there in one transaction, and only when it is not as we left it.</summary>
/// <param name="runner">Runs nft.</param>
/// <param name="directory">Where what nft lists after a change is remembered, a file a router. nft prints rules in its own words, which change
/// with its version; so it is compared with what it printed then, not with what we rendered.</param>
internal sealed class RouterTable(ProcessRunner runner, string directory)
{
    /// <summary>Makes the table right.</summary>
    /// <returns>Whether it was changed.</returns>
    public async Task<bool> EnsureAsync(WantedRouter router, CancellationToken cancellationToken)
    {
        var name = DeviceNames.RouterNamespace(router.Id);
        var rules = RouterRuleset.Render(router);
        var memory = Path.Combine(directory, router.Id);
        var listed = await ListAsync(name, cancellationToken);
        if (listed is not null && string.Equals(StateFiles.Read(memory), Memory(rules, listed), StringComparison.Ordinal)) return false;

        await runner.RunAsync(IpTool.Inside(name, $"setting rules of {name}", "nft", ["-f", "-"], rules), cancellationToken);
        listed = await ListAsync(name, cancellationToken) ?? "";
        StateFiles.MakeDirectory(directory);
        StateFiles.Replace(memory, Memory(rules, listed));
        return true;
    }

    /// <summary>Removes the table from a namespace that stays.</summary>
    public async Task RemoveAsync(string networkNamespace, CancellationToken cancellationToken)
    {
        if (await ListAsync(networkNamespace, cancellationToken) is null) return;
        await runner.RunAsync(
            IpTool.Inside(networkNamespace, $"removing rules of {networkNamespace}", "nft", ["delete", "table", .. RouterRuleset.Table.Split(' ')]), cancellationToken);
    }

    /// <summary>Forgets what a router's table looked like.</summary>
    public void Forget(string routerId) => File.Delete(Path.Combine(directory, routerId));

    private async Task<string?> ListAsync(string networkNamespace, CancellationToken cancellationToken)
    {
        var call = IpTool.Inside(networkNamespace, $"reading rules of {networkNamespace}", "nft", ["list", "table", .. RouterRuleset.Table.Split(' ')]);
        var result = await runner.TryRunAsync(call, cancellationToken);
        return result.ExitCode == 0 ? result.Output : null;
    }

    private static string Memory(string rules, string listed) => $"{Hash(rules)} {Hash(listed)}\n";

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
