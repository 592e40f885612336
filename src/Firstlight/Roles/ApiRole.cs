using Firstlight.Api;
using Firstlight.Api.Listen;
using Firstlight.Cli;
using Firstlight.Inventory;
using Firstlight.Inventory.Neutron;
using Firstlight.Management;
using Microsoft.Extensions.Logging;

namespace Firstlight.Roles;

/// <summary>The part that every role with a metadata API shares: the API as the settings have it, and its server.</summary>
internal static class ApiRole
{
    /// <summary>The API over a source of instances, with the neighbours it needs where the source does not know all.</summary>
    public static MetadataApi ApiOf(RoleProgram program, IInstanceSource source, ISecurityGroupSource? securityGroups = null, IAddressDirectory? addresses = null) =>
        new(program.Settings.ForApi(), program.Settings.Signature(), source, TimeProvider.System, program.Loggers.CreateLogger<MetadataApi>(), securityGroups, addresses);

    /// <summary>Starts listening as the settings say; a taken address ends the program with one line.</summary>
    public static async Task<MetadataApiServer> ListenAsync(RoleProgram program, MetadataApi api, CancellationToken cancellationToken)
    {
        var settings = program.Settings;
        var server = new MetadataApiServer(api, [settings.Api.Listen], program.Loggers, settings.ForApiLimits(), settings.ForApiTls()) { Engine = settings.Api.Engine };
        try
        {
            await server.StartAsync(cancellationToken);
            return server;
        }
        catch (EndPointUnavailableException e)
        {
            await server.DisposeAsync();
            throw new ProgramEndException(ExitCodes.Unavailable, e.Message, e);
        }
    }

    /// <summary>Serves until the signal to stop; then requests under way may end.</summary>
    public static async Task ServeAsync(RoleProgram program, MetadataApi api, ManagementServer management, CancellationToken cancellationToken)
    {
        await using var server = await ListenAsync(program, api, cancellationToken);
        await management.StartAsync(cancellationToken);
        await program.ServeAsync($"Metadata API on {string.Join(", ", server.EndPoints)}{(program.Settings.Api.Tls is null ? "" : " with TLS")}");
        await server.StopAsync(CancellationToken.None);
    }
}
