using System.CommandLine;
using Firstlight.Agent.Forward;
using Firstlight.Cli;
using Firstlight.Configuration;
using Firstlight.Doctor.Checks;
using Firstlight.Doctor.Documents;
using Firstlight.Doctor.Neutron;
using Firstlight.Inventory.Own;
using Firstlight.Plumbing.Look;
using Firstlight.Plumbing.Processes;
using Firstlight.Roles;

namespace Firstlight.Doctor;

/// <summary>What the doctor is asked.</summary>
/// <param name="Subject">Server, port or address.</param>
/// <param name="Network">Network it is on; null for any.</param>
/// <param name="Router">Router by which it comes, beside Neutron; null for none.</param>
/// <param name="Project">Project of a name; null for any.</param>
/// <param name="OverIpv6">Walk the path over IPv6.</param>
internal sealed record DoctorQuestion(string Subject, string? Network, string? Router, string? Project, bool OverIpv6);

/// <summary>The checks for one question, with what they hold open.</summary>
internal sealed class Practice : IDisposable
{
    private static readonly TimeSpan ProgramDeadline = TimeSpan.FromSeconds(10);
    private readonly IReadOnlyList<IDisposable> _open;

    private Practice(IEnumerable<ICheck> checks, IReadOnlyList<IDisposable> open)
    {
        Checks = [.. checks];
        _open = open;
    }

    /// <summary>In the order of the path.</summary>
    public IReadOnlyList<ICheck> Checks { get; }

    /// <summary>Chooses the checks: with an inventory those of a host of our own, else those of a metadata agent beside Neutron.</summary>
    /// <exception cref="ProgramEndException">Nothing to look for, or several things.</exception>
    public static Practice Open(GlobalOptions globals, ParseResult parse, DoctorQuestion question)
    {
        var settings = globals.Load(parse);
        var host = new HostLook(new ProcessRunner(ProgramDeadline, TimeProvider.System));
        if (File.Exists(settings.InventoryPath)) return OfOwn(settings, IsWithHaproxy(globals, parse), question, host);
        if (NeutronPractice.TryOpen(globals, parse, question, host) is var (checks, open)) return new Practice(checks, open);
        throw new ProgramEndException(
            ExitCodes.Unavailable, $"there is no inventory at {settings.InventoryPath}, and the configuration has no account for Neutron: --state-path names another, --config-file a metadata agent's files");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var one in _open) one.Dispose();
    }

    private static Practice OfOwn(Settings settings, bool withHaproxy, DoctorQuestion question, HostLook host)
    {
        var inventory = OwnInventory.Open(settings.InventoryPath);
        try
        {
            var cloud = inventory.Read();
            var patient = Patient.Find(cloud, question.Subject, question.Network, question.Project);
            var on = new OwnCase(settings, settings.ForHost(), cloud, inventory.Ports, patient, question.OverIpv6, withHaproxy, host);
            var apis = MetadataQuestions.Of(settings.Agent.Upstream, settings.SharedSecret);
            return new Practice(ChecksOf(on, apis), [.. apis, inventory]);
        }
        catch
        {
            inventory.Dispose();
            throw;
        }
    }

    private static IEnumerable<ICheck> ChecksOf(OwnCase on, IReadOnlyList<MetadataQuestions> apis) =>
    [
        new PortCheck(on), new InstanceCheck(on), new SubnetCheck(on),
        new BridgeCheck(on), new GuestCheck(on), new GuardCheck(on),
        new NamespaceCheck(on), new DeviceCheck(on), new AddressCheck(on),
        new DhcpCheck(on), new RouteCheck(on), new RulesCheck(on),
        new AgentCheck(on), new ListenerCheck(on), new IdentityCheck(on),
        new UpstreamCheck(apis, on.Asked), new SignatureCheck(apis, on.Asked, !on.Settings.SharedSecret.IsEmpty, [Hops.Upstream, Hops.Instance]),
        .. DocumentChecks.All(apis, on.Asked, on.Settings),
    ];

    // Settings of a command leave out what only roles on a host decide.
    private static bool IsWithHaproxy(GlobalOptions globals, ParseResult parse)
    {
        var reader = new OptionReader(RawConfiguration.Read(globals.Sources(parse, ProgramRole.Commands)), ProgramRole.Commands);
        return reader.Read(OptionCatalogue.MetadataProxy) == "haproxy";
    }
}
