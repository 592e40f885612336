using System.Security.Cryptography;
using System.Text;
using Firstlight.Plumbing.Links;

namespace Firstlight.Doctor.Checks;

/// <summary>The rules that hold a guest to its own addresses, where this host has them.</summary>
internal sealed class GuardCheck(OwnCase on) : ICheck
{
    public string Hop => Hops.Guard;

    public IReadOnlyList<string> Needs => [Hops.Guest];

    public async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        var table = "bridge firstlight_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(on.Settings.StatePath))))[..8];
        if (await on.Host.RulesAsync(networkNamespace: null, table, cancellationToken) is not { } rules)
            return Finding.NotLookedAt(Hop, "this host has no table that guards ports against spoofing");
        var device = DeviceNames.HostEnd(on.Port.Id);
        if (!rules.Contains($"\"{device}\"", StringComparison.Ordinal))
        {
            return Finding.Wrong(
                Hop, $"{device} is not in table {table}", "a guest's device that the guard does not know is shut off", "start the host agent, or see in its log why the port is left out");
        }

        var missing = on.Port.FixedIps.Select(f => f.Address).FirstOrDefault(a => a.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork && !rules.Contains($" {a} ", StringComparison.Ordinal)
            && !rules.Contains($" {a},", StringComparison.Ordinal));
        return missing is null
            ? Finding.Right(Hop, $"{device} is held to its own addresses")
            : Finding.Wrong(Hop, $"table {table} does not let {device} use {missing}", "what the guest sends from its address is dropped", "a running host agent mends it at its next turn; see its log if it does not");
    }
}
