using Firstlight.Configuration;
using Firstlight.Inventory.Neutron;
using Firstlight.Inventory.Neutron.Keystone;

namespace Firstlight.Roles;

/// <summary>Neutron as a metadata API on Nova's databases needs it: names of security groups, and ports by address.</summary>
internal sealed class NeutronAccess : IDisposable
{
    private readonly KeystoneSession _session;
    private readonly NeutronClient _client;

    /// <summary>Puts the parts together; asks nobody yet.</summary>
    public NeutronAccess(NeutronAccessSettings settings)
    {
        _session = new KeystoneSession(settings.Account, TimeProvider.System);
        _client = new NeutronClient(settings.Api, _session, TimeProvider.System);
        SecurityGroups = new NeutronSecurityGroups(_client);
        Addresses = new NeutronAddressDirectory(_client);
    }

    public ISecurityGroupSource SecurityGroups { get; }

    public IAddressDirectory Addresses { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _client.Dispose();
        _session.Dispose();
    }
}
