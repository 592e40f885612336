using System.CommandLine;
using Firstlight.Cli;
using Firstlight.Configuration;
using Firstlight.Doctor.Checks;
using Firstlight.Doctor.Documents;
using Firstlight.Inventory.Neutron;
using Firstlight.Inventory.Neutron.Keystone;
using Firstlight.Inventory.Neutron.Ports;
using Firstlight.Plumbing.Look;
using Microsoft.Extensions.Logging.Abstractions;

namespace Firstlight.Doctor.Neutron;

/// <summary>The checks of a host whose networks are Neutron's, with a metadata agent of ours or Neutron's own.</summary>
internal static class NeutronPractice
{
    /// <summary>Puts them together; null where the configuration has no account for Neutron.</summary>
    /// <exception cref="ConfigurationException">The configuration of the agent is not in order.</exception>
    public static (IEnumerable<ICheck> Checks, IReadOnlyList<IDisposable> Open)? TryOpen(GlobalOptions globals, ParseResult parse, DoctorQuestion question, HostLook host)
    {
        var sources = globals.Sources(parse, ProgramRole.MetadataAgent);
        var reader = new OptionReader(RawConfiguration.Read(sources), ProgramRole.MetadataAgent);
        if (NeutronAccessReader.ForPorts(reader) is not { } access) return null;

        var settings = Settings.Load(sources);
        var session = new KeystoneSession(access.Account, TimeProvider.System);
        var client = new NeutronClient(access.Api with { Retries = 0 }, session, TimeProvider.System);
        var directory = new NeutronPortDirectory(client, new NeutronDirectoryOptions(), TimeProvider.System, NullLogger<NeutronPortDirectory>.Instance);
        var on = new NeutronCase(settings, question, client, directory, host);
        ICheck[] here = [new AccountCheck(on), new NeutronPortCheck(on), new NeutronNamespaceCheck(on), new NeutronAgentCheck(on), new SocketCheck(on), new NeutronListenerCheck(on), new NeutronIdentityCheck(on)];
        if (reader.Read(OptionCatalogue.MetadataApiInProcess)) return ([.. here, new InProcessCheck()], [directory, client, session]);

        var apis = MetadataQuestions.Of(settings.Agent.Upstream, settings.SharedSecret);
        return (
            [
                .. here,
                new UpstreamCheck(apis, on.Asked), new SignatureCheck(apis, on.Asked, !settings.SharedSecret.IsEmpty, [Hops.Upstream, Hops.Identity]),
                .. DocumentChecks.All(apis, on.Asked, settings),
            ],
            [.. apis, directory, client, session]);
    }
}
