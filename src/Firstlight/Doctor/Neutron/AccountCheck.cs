using Firstlight.Inventory.Neutron.Ports;

namespace Firstlight.Doctor.Neutron;

/// <summary>Neutron's API: it answers, and the account sees the ports of all projects.</summary>
internal sealed class AccountCheck(NeutronCase on) : ICheck
{
    public string Hop => Hops.Neutron;

    public IReadOnlyList<string> Needs => [];

    public async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        var test = await on.Directory.CheckAsync(cancellationToken);
        return test.Outcome switch
        {
            NeutronSelfTestOutcome.Ok => Finding.Right(Hop, test.Line),
            NeutronSelfTestOutcome.Unproven => Finding.Odd(Hop, "it answers", test.Line, "nothing, if guests are served"),
            NeutronSelfTestOutcome.CannotSeeOtherProjects => Finding.Wrong(Hop, "the account's role is too small", test.Line, "openstack role add --user USER --project service service"),
            NeutronSelfTestOutcome.Refused => Finding.Wrong(Hop, "the account is refused", test.Line, "correct the account of [neutron], or [keystone_authtoken]"),
            _ => Finding.Wrong(Hop, "Neutron cannot be asked", test.Line, "start neutron-server, or correct [neutron] endpoint_override, auth_url and region_name"),
        };
    }
}
