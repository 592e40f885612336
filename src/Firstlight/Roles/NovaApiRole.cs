using Firstlight.Configuration;

namespace Firstlight.Roles;

/// <summary>The metadata API on Nova's own databases: it stands where <c>nova-api-metadata</c> stood, and needs no inventory of its own.</summary>
internal static class NovaApiRole
{
    /// <summary>Runs until the signal to stop.</summary>
    public static async Task RunAsync(RoleProgram program, NovaSettings nova, CancellationToken cancellationToken)
    {
        await using var answering = new NovaApi(program, nova);
        await using var management = program.Management([answering.Readiness], status: null);
        await ApiRole.ServeAsync(program, answering.Api, management, cancellationToken);
    }
}
