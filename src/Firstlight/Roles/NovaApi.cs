using Firstlight.Api;
using Firstlight.Configuration;
using Firstlight.Inventory.Nova;
using Firstlight.Management;
using Microsoft.Extensions.Logging;

namespace Firstlight.Roles;

/// <summary>The metadata API on Nova's own databases, with what it asks behind it. Nothing is connected to before a request needs it.</summary>
internal sealed class NovaApi : IAsyncDisposable
{
    private readonly NovaInstanceSource _source;
    private readonly NeutronAccess? _neutron;

    public NovaApi(RoleProgram program, NovaSettings nova)
    {
        var options = program.Settings.ForNova(nova);
        _source = new NovaInstanceSource(options, DatabaseDrivers.Opener(options), TimeProvider.System, program.Loggers.CreateLogger<NovaInstanceSource>());
        _neutron = nova.Neutron is null ? null : new NeutronAccess(nova.Neutron);
        Api = ApiRole.ApiOf(program, _source, _neutron?.SecurityGroups, _neutron?.Addresses);
        Readiness = new NovaReadiness(_source.ProbeAsync);
    }

    public MetadataApi Api { get; }

    public IReadinessCheck Readiness { get; }

    /// <summary>Closed from the last to the first: who answers before what it asks.</summary>
    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        _neutron?.Dispose();
        await _source.DisposeAsync();
    }
}
