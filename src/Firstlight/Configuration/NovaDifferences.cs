using System.Collections.Immutable;
using Known = Firstlight.Configuration.OptionCatalogue;

namespace Firstlight.Configuration;

/// <summary>What a metadata API of ours does otherwise than Nova's on the same files, beyond the options it names as not honoured.</summary>
internal static class NovaDifferences
{
    private static readonly TimeSpan NovasSilence = TimeSpan.FromSeconds(900);

    /// <summary>One line each; empty where the inventory is used.</summary>
    public static ImmutableArray<string> Of(OptionReader reader, NovaSettings? nova, bool strict, LimitSettings limits)
    {
        if (nova is null) return [];
        var lines = ImmutableArray.CreateBuilder<string>();
        lines.AddRange(Known.All.Where(o => o.Status == OptionStatus.Accepted && o.Roles.HasFlag(ProgramRole.MetadataApi) && reader.IsSet(o))
            .Select(o => $"{o} has no effect: {o.Meaning}"));
        lines.Add($"a database that does not answer within {nova.CellTimeout.TotalSeconds:0} s ([firstlight] cell_timeout) is left alone for a moment; Nova waits 100 s for it in each request");
        lines.Add("while a database is away the last good answer is told for a time ([firstlight] stale_if_error), and 503 with Retry-After where there is none; Nova answers 500");
        if (limits.IdleTimeout != NovasSilence)
            lines.Add($"silent connections are closed after {limits.IdleTimeout.TotalSeconds:0} s ([firstlight] idle_timeout), by Nova after 900 s");
        if (reader.Read(Known.NewestVersion) == "latest")
            lines.Add("versions are told up to 2025-04-04, which Nova has since 31.0.0; [firstlight] newest_version = 2020-10-14 is what releases from Victoria on before it tell");
        if (!nova.MayAllotEc2Ids) lines.Add("a missing EC2 number is made from the id and not written ([firstlight] allot_ec2_ids)");
        lines.Add("no row is written to `services` at start");
        if (nova.Neutron is null) lines.Add("[neutron] auth_type is not set: security-groups of the EC2 tree is empty, where Nova fails every path");
        if (!strict) lines.AddRange(ByChoice);
        return lines.ToImmutable();
    }

    private static readonly ImmutableArray<string> ByChoice =
    [
        "a row that cannot be read fails its own documents, in Nova the whole instance ([firstlight] strict_nova restores it)",
        "Neutron is asked for security groups only when a guest asks for them, by Nova for each build ([firstlight] strict_nova restores it)",
        "where Nova crashes with an empty 500 a proper 4xx or 5xx is answered ([firstlight] strict_nova restores it; docs/nova-compatibility.md lists them)",
    ];
}
