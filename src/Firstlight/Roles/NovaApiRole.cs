using Firstlight.Configuration;
using Firstlight.Inventory.Nova;
using Microsoft.Extensions.Logging;

namespace Firstlight.Roles;

/// <summary>The metadata API on Nova's own databases: it stands where <c>nova-api-metadata</c> stood, and needs no inventory of its own.</summary>
internal static class NovaApiRole
{
    /// <summary>Runs until the signal to stop. Nothing is connected to before a request needs it.</summary>
    public static async Task RunAsync(RoleProgram program, NovaSettings nova, CancellationToken cancellationToken)
    {
        var options = program.Settings.ForNova(nova);

        // Closed from the last to the first: who answers before what it asks.
        await using var source = new NovaInstanceSource(
            options, DatabaseDrivers.Opener(options), TimeProvider.System, program.Loggers.CreateLogger<NovaInstanceSource>());
        using var neutron = nova.Neutron is null ? null : new NeutronAccess(nova.Neutron);
        using var api = ApiRole.ApiOf(program, source, neutron?.SecurityGroups, neutron?.Addresses);
        await using var management = program.Management([new NovaReadiness(source.ProbeAsync)], status: null);
        await ApiRole.ServeAsync(program, api, management, cancellationToken);
    }
}
