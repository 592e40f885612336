using System.CommandLine;
using System.Net;
using Firstlight.Cli;
using Firstlight.Inventory.Own;
using Firstlight.Plumbing.Reconcile;
using Microsoft.Extensions.Logging.Abstractions;
using Spectre.Console;

namespace Firstlight.Lab;

/// <summary><c>lab</c>: a small cloud of real namespaces on this machine.</summary>
internal static class LabVerb
{
    private const string DefaultManagement = "127.0.0.1:9775";

    /// <summary>The verb and what is under it.</summary>
    public static Command Build(GlobalOptions globals) => new Verb(
        "lab",
        "A small cloud on this machine: networks, DHCP, routers, and guests that are namespaces with real DHCP clients.",
        "firstlight lab up",
        "firstlight lab status",
        "firstlight lab exec lark -- curl -s http://169.254.169.254/openstack/latest/meta_data.json",
        "firstlight lab down")
    {
        Up(globals), Status(globals), Exec(globals), Fetch(globals), Down(globals),
    };

    private static Verb Up(GlobalOptions globals)
    {
        var cloud = new Option<string>("--cloud") { Description = "Cloud file to build.", HelpName = "FILE", DefaultValueFactory = _ => Path.Combine(AppContext.BaseDirectory, "lab", "cloud.yaml") };
        var prefix = new Option<string>("--guest-prefix") { Description = "Prefix of the guests' namespaces.", HelpName = "TEXT", DefaultValueFactory = _ => LabState.DefaultGuestPrefix };
        var management = new Option<string>("--management") { Description = "Management address of the lab's standalone.", HelpName = "ADDRESS:PORT", DefaultValueFactory = _ => DefaultManagement };
        var port = new Option<int>("--api-port") { Description = "Port of its metadata API on loopback.", DefaultValueFactory = _ => 8775 };
        management.Validators.Add(result =>
        {
            if (!IPEndPoint.TryParse(result.GetValueOrDefault<string>() ?? "", out var at) || at.Port == 0) result.AddError("--management takes ADDRESS:PORT, such as 127.0.0.1:9775");
        });
        var verb = new Verb(
            "up", "Build the lab, or complete one that was half built or whose program was killed.",
            "firstlight lab up",
            "firstlight lab up --cloud my-cloud.yaml",
            "firstlight lab up --state-path /run/second-lab --guest-prefix b- --management 127.0.0.1:9776 --api-port 8776") { cloud, prefix, management, port };
        verb.SetAction((parse, cancellationToken) => GuardAsync(async () =>
        {
            RequireRoot();
            var state = StateOf(parse, globals);
            var output = parse.InvocationConfiguration.Output;
            using var plumber = PlumberOf(state);
            RequirePrograms(plumber);
            var wish = new LabWish(parse.GetValue(cloud)!, parse.GetValue(prefix)!, IPEndPoint.Parse(parse.GetValue(management)!), parse.GetValue(port));
            await new LabBuilder(state, new LabPrograms(), output.WriteLine).UpAsync(wish, cancellationToken);
            return ExitCodes.Ok;
        }));
        return verb;
    }

    private static Verb Status(GlobalOptions globals)
    {
        var verb = new Verb("status", "Show every guest: network, address, path, listener, last fetch.", "firstlight lab status");
        verb.SetAction((parse, cancellationToken) => GuardAsync(async () =>
        {
            var state = RunningStateOf(parse, globals);
            var rows = await LabStatus.OfAsync(GuestsOf(state), ManagementOf(state), cancellationToken);
            var table = new Table().Border(TableBorder.Simple);
            foreach (var column in (string[])["guest", "project", "network", "address", "path", "listener", "last fetch"]) table.AddColumn(column);
            foreach (var r in rows) table.AddRow(Escaped(r.Guest, r.Project, r.Network, r.Address, r.Path, r.Listener, r.LastFetch));
            Write(parse, table);
            return ExitCodes.Ok;
        }));
        return verb;
    }

    private static Verb Exec(GlobalOptions globals)
    {
        var guest = new Argument<string>("GUEST") { Description = "Name of the guest." };
        var command = new Argument<string[]>("COMMAND") { Description = "What to run in it, after --.", Arity = ArgumentArity.OneOrMore };
        var verb = new Verb(
            "exec", "Run a command inside a guest; its exit code is this one's.",
            "firstlight lab exec lark -- ip route",
            "firstlight lab exec lark -- curl -s http://169.254.169.254/latest/meta-data/",
            "firstlight lab exec puffin -- curl -gs 'http://[fe80::a9fe:a9fe%eth0]/openstack'") { guest, command };
        verb.SetAction((parse, cancellationToken) => GuardAsync(() =>
        {
            RequireRoot();
            var guests = GuestsOf(RunningStateOf(parse, globals));
            var name = parse.GetValue(guest)!;
            var found = guests.FirstOrDefault(g => g.Server.Name == name)
                ?? throw new LabException($"there is no guest {name} in the lab; there are {string.Join(", ", guests.Select(g => g.Server.Name))}");
            return GuestShell.RunAsync(found, parse.GetValue(command)!, cancellationToken);
        }));
        return verb;
    }

    private static Verb Fetch(GlobalOptions globals)
    {
        var verb = new Verb(
            "fetch", "Let every guest ask for its metadata, and hold the answer against the inventory. Exit code 1 when one is not right.",
            "firstlight lab fetch");
        verb.SetAction((parse, cancellationToken) => GuardAsync(async () =>
        {
            RequireRoot();
            var fetch = new GuestFetch(new LabPrograms());
            var table = new Table().Border(TableBorder.Simple);
            foreach (var column in (string[])["", "guest", "network", "path", "name told", "uuid told", "address", ""]) table.AddColumn(column);
            var right = true;
            foreach (var guest in GuestsOf(RunningStateOf(parse, globals)))
            {
                var result = await fetch.FetchAsync(guest, cancellationToken);
                right &= result.IsRight;
                table.AddRow(Escaped(
                    result.IsRight ? "✓" : "✗", guest.Server.Name, guest.Network.Name, guest.Path == GuestPath.Router ? "router" : "dhcp",
                    result.Name ?? "-", result.Uuid ?? "-", result.Address ?? "-", result.Problem ?? ""));
            }
            Write(parse, table);
            return right ? ExitCodes.Ok : ExitCodes.Refused;
        }));
        return verb;
    }

    private static Verb Down(GlobalOptions globals)
    {
        var verb = new Verb("down", "End the lab and remove everything it made.", "firstlight lab down");
        verb.SetAction((parse, cancellationToken) => GuardAsync(async () =>
        {
            RequireRoot();
            var state = StateOf(parse, globals);
            var output = parse.InvocationConfiguration.Output;
            if (!state.Exists)
            {
                await output.WriteLineAsync("there is no lab");
                return ExitCodes.Ok;
            }
            using (var plumber = PlumberOf(state))
                await new LabBuilder(state, new LabPrograms(), output.WriteLine).DownAsync(plumber, cancellationToken);
            await output.WriteLineAsync("the lab is gone");
            return ExitCodes.Ok;
        }));
        return verb;
    }

    private static async Task<int> GuardAsync(Func<Task<int>> action)
    {
        try
        {
            return await action();
        }
        catch (LabException e)
        {
            throw new ProgramEndException(ExitCodes.Unavailable, e.Message, e);
        }
        catch (Plumbing.Processes.ProcessFailedException e)
        {
            throw new ProgramEndException(ExitCodes.Unavailable, e.Message, e);
        }
    }

    private static LabState StateOf(ParseResult parse, GlobalOptions globals) => new(parse.GetValue(globals.StatePath) ?? LabState.DefaultDirectory);

    private static LabState RunningStateOf(ParseResult parse, GlobalOptions globals)
    {
        var state = StateOf(parse, globals);
        return File.Exists(state.InventoryFile) ? state : throw new LabException("there is no lab: 'firstlight lab up' builds one");
    }

    private static IReadOnlyList<Guest> GuestsOf(LabState state)
    {
        using var inventory = OwnInventory.Open(state.InventoryFile);
        return Guest.Of(inventory.Read(), state);
    }

    private static Uri ManagementOf(LabState state) => new($"http://{File.ReadAllText(state.ManagementFile).Trim()}");

    private static HostPlumber PlumberOf(LabState state) =>
        new(new PlumbingOptions { StateDirectory = state.Directory }, TimeProvider.System, NullLogger<HostPlumber>.Instance);

    private static void RequireRoot()
    {
        if (!Environment.IsPrivilegedProcess)
            throw new ProgramEndException(ExitCodes.NotPermitted, "the lab makes network namespaces: run it as root, for example with sudo");
    }

    private static void RequirePrograms(HostPlumber plumber)
    {
        if (plumber.Preflight() is [_, ..] missing) throw new LabException(string.Join("; ", missing));
    }

    private static string[] Escaped(params string[] cells) => [.. cells.Select(Markup.Escape)];

    // A table on a narrow or no terminal keeps its columns whole: a uuid cut in two is of no use.
    private static void Write(ParseResult parse, Table table)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(parse.InvocationConfiguration.Output) });
        console.Profile.Width = Math.Max(console.Profile.Width, 160);
        console.Write(table);
    }
}
