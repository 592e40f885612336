using System.CommandLine;
using System.Text.Json;
using Firstlight.Cli;
using Firstlight.Cli.Output;
using Firstlight.Cli.Views;
using Firstlight.Host;
using Firstlight.Inventory.Own;
using Firstlight.Plumbing.Reconcile;
using Spectre.Console;

namespace Firstlight.Roles;

/// <summary><c>--once</c>: brings this host's networks to what the inventory says, or says what that would take, and ends.</summary>
internal static class HostOnce
{
    /// <summary>Brings the host there. The networks stay; nobody listens in them for metadata.</summary>
    /// <returns>0 when all stands, else 69; what failed is on standard error, a line each.</returns>
    public static async Task<int> SyncAsync(RoleProgram program, HostPlumber plumber, ParseResult parse, CancellationToken cancellationToken)
    {
        using var inventory = program.OpenInventory();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(program.Life.Stopping, cancellationToken);
        var wanted = HostWanted.From(inventory.WithDhcpPorts(program.Settings.Host), program.Settings.ForHost());
        var report = await WatchedAsync(parse, progress => plumber.SyncAsync(wanted, progress, stop.Token));
        var failures = report.Failures.ToList();
        foreach (var failure in failures) await parse.InvocationConfiguration.Error.WriteLineAsync($"firstlight: {failure.Unit}: {failure.Failure}");
        var changed = report.Outcomes.Count(o => o.Failure is null && !o.Changes.IsEmpty);
        await parse.InvocationConfiguration.Output.WriteLineAsync(
            $"{wanted.Networks.Length} networks, {wanted.Routers.Length} routers: {changed} changed, {report.Outcomes.Length - changed - failures.Count} as they were, {failures.Count} failed");
        return failures.Count == 0 ? ExitCodes.Ok : ExitCodes.Unavailable;
    }

    /// <summary>Says what would be done. Nothing is touched, also no inventory: DHCP ports that are still to be allotted are made up for the occasion.</summary>
    /// <returns>0 when nothing is to do, 3 when something is, 69 when something would fail.</returns>
    public static async Task<int> PlanAsync(Configuration.Settings settings, HostPlumber plumber, OwnInventory inventory, ParseResult parse, OutputFormat format, CancellationToken cancellationToken)
    {
        var stored = inventory.Read();
        var cloud = Planner.EnsureDhcpPorts(stored, settings.Host);
        var plan = await plumber.PlanAsync(HostWanted.From(cloud, settings.ForHost()), cancellationToken);
        var view = HostPlanViews.Of(stored, cloud, plan);
        Print(parse.InvocationConfiguration.Output, format, view);
        return view.Units.Any(u => u.Problem is not null) ? ExitCodes.Unavailable : plan.IsInOrder ? ExitCodes.Ok : ExitCodes.ToDo;
    }

    private static void Print(TextWriter output, OutputFormat format, HostPlanView view)
    {
        if (format != OutputFormat.Table)
        {
            ResultWriter.WriteOne(output, format, JsonSerializer.SerializeToElement(view, ViewJson.Default.HostPlanView));
            return;
        }

        foreach (var unit in view.Units.Where(u => u.Action is not "adopt" || u.Problem is not null))
        {
            output.WriteLine($"{unit.Action} {unit.Kind} {unit.Name ?? unit.Id}{(unit.Name is null ? "" : $" ({unit.Id})")}");
            foreach (var change in unit.Changes) output.WriteLine($"    {change}");
            if (unit.Problem is { } problem) output.WriteLine($"    fails: {problem}");
        }

        output.WriteLine($"would be: {view.Made} made, {view.Changed} changed, {view.Removed} removed, {view.Adopted} adopted as they are (revision {view.Revision})");
    }

    // On a terminal a bar; else the log tells every few seconds.
    private static async Task<SyncReport> WatchedAsync(ParseResult parse, Func<IProgress<SyncProgress>?, Task<SyncReport>> work)
    {
        if (parse.InvocationConfiguration.Output != Console.Out || Console.IsOutputRedirected) return await work(null);
        return await AnsiConsole.Progress().AutoClear(true).StartAsync(context =>
        {
            var bar = context.AddTask("networks and routers");
            return work(new Bar(bar));
        });
    }

    // Progress<T> would post to the pool, and a late report would come after the end.
    private sealed class Bar(ProgressTask task) : IProgress<SyncProgress>
    {
        public void Report(SyncProgress value)
        {
            task.MaxValue = value.Total;
            task.Value = value.Done;
            if (value.Failed > 0) task.Description = $"networks and routers, {value.Failed} fail";
        }
    }
}
