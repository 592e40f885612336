using System.CommandLine;
using System.Text.Json;
using Firstlight.Cli.Output;
using Firstlight.Configuration;
using Firstlight.Doctor;

namespace Firstlight.Cli.Verbs;

/// <summary><c>doctor</c>: walks the path of a guest to its metadata and says where it breaks.</summary>
internal static class DoctorVerb
{
    /// <summary>The verb.</summary>
    public static Command Build(GlobalOptions globals)
    {
        var subject = new Argument<string>("SERVER|PORT|ADDRESS") { Description = "Name or id of a server or port, or a fixed address." };
        var network = Options.Text("--network", "Network (name or id; beside Neutron its id) that the address or port is on.", "NETWORK");
        var router = Options.Text("--router", "Beside Neutron: id of the router by which the guest comes, instead of --network.", "ROUTER");
        var project = Options.Among();
        var overIpv6 = new Option<bool>("--ipv6") { Description = "Walk the path to fe80::a9fe:a9fe, also where the port has an IPv4 address." };
        var format = OutputOption.Create();
        var verb = new Verb(
            "doctor", "Walk a guest's path to its metadata hop by hop; say what is wrong, why, and how to mend it.",
            "firstlight doctor web-1",
            "firstlight doctor 10.0.0.5 --network blue -o json",
            "firstlight doctor web-1 --ipv6",
            "firstlight doctor 10.0.0.5 --network 2f6e… --config-file /etc/neutron/neutron.conf --config-file /etc/neutron/metadata_agent.ini")
        { subject, network, router, project, overIpv6, format };
        verb.SetAction(async (parse, cancellationToken) =>
        {
            if (!Environment.IsPrivilegedProcess)
                throw new ProgramEndException(ExitCodes.NotPermitted, "doctor looks into network namespaces: run it as root, for example with sudo");
            var question = new DoctorQuestion(parse.GetRequiredValue(subject), parse.GetValue(network), parse.GetValue(router), parse.GetValue(project), parse.GetValue(overIpv6));
            using var practice = Practice.Open(globals, parse, question);
            return await WalkAsync(parse.InvocationConfiguration.Output, parse.GetValue(format), practice.Checks, cancellationToken);
        });
        return verb;
    }

    private static async Task<int> WalkAsync(TextWriter output, OutputFormat format, IEnumerable<ICheck> checks, CancellationToken cancellationToken)
    {
        var lines = new FindingLines(output, output == Console.Out && !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null or "");
        var findings = new List<Finding>();
        await foreach (var finding in Examination.WalkAsync(checks, cancellationToken))
        {
            findings.Add(finding);
            if (format == OutputFormat.Table) lines.Write(finding);
        }

        if (format != OutputFormat.Table)
            ResultWriter.WriteMany(output, format, JsonSerializer.SerializeToElement([.. findings.Select(FindingView.Of)], FindingJson.Default.ListFindingView), []);
        return findings.Exists(f => f.State == FindingState.Wrong) ? ExitCodes.Refused : ExitCodes.Ok;
    }
}
