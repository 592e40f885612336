using Firstlight.Configuration;
using Firstlight.Inventory.Neutron;
using Firstlight.Inventory.Neutron.Keystone;
using Firstlight.Inventory.Neutron.Ports;
using Firstlight.Management;
using Microsoft.Extensions.Logging;

namespace Firstlight.Roles;

/// <summary>Neutron as a metadata agent needs it: which port an address is, asked with the account of the settings.</summary>
internal sealed class NeutronPorts : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);
    private readonly KeystoneSession _session;
    private readonly NeutronClient _client;
    private volatile string? _problem = "Neutron has not been asked yet";

    /// <summary>Puts the parts together; asks nobody yet.</summary>
    public NeutronPorts(RoleProgram program, NeutronAgentSettings settings)
    {
        _session = new KeystoneSession(settings.Neutron.Account, TimeProvider.System);
        // Guests ask again by themselves, and the directory pauses after a failure: repetitions below it would only hide that.
        _client = new NeutronClient(settings.Neutron.Api with { Retries = 0 }, _session, TimeProvider.System);
        Directory = new NeutronPortDirectory(
            _client, new NeutronDirectoryOptions { TimeToLive = settings.PortCacheTime }, TimeProvider.System, program.Loggers.CreateLogger<NeutronPortDirectory>());
        Readiness = new ReadinessCheck("neutron", _ => ValueTask.FromResult<string?>(_problem));
    }

    public NeutronPortDirectory Directory { get; }

    /// <summary>What the self-test found.</summary>
    public IReadinessCheck Readiness { get; }

    /// <summary>Asks until it is known whether the account sees what it must, so that a role too small is said at the start and not by guests without metadata.</summary>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        for (var pause = FirstPause; ; pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks)))
        {
            var test = await Directory.CheckAsync(cancellationToken);
            _problem = test.Outcome is NeutronSelfTestOutcome.Ok or NeutronSelfTestOutcome.Unproven ? null : test.Line;
            if (_problem is null) return;
            await Task.Delay(pause, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Directory.Dispose();
        _client.Dispose();
        _session.Dispose();
    }
}
