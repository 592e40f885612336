using System.Net;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;
using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Lab;

/// <summary>What <c>lab up</c> was asked for.</summary>
/// <param name="CloudFile">The cloud to build.</param>
/// <param name="GuestPrefix">Prefix of guest namespaces.</param>
/// <param name="Management">Management address of the lab's standalone.</param>
/// <param name="ApiPort">Port of its metadata API on loopback.</param>
internal sealed record LabWish(string CloudFile, string GuestPrefix, IPEndPoint Management, int ApiPort);

/// <summary>Builds and ends a lab: a cloud file, one <c>firstlight standalone</c>, and a namespace for each server.</summary>
/// <param name="state">The lab.</param>
/// <param name="programs">Runs programs.</param>
/// <param name="say">Receives one line for each step.</param>
internal sealed class LabBuilder(LabState state, LabPrograms programs, Action<string> say)
{
    private const int Steps = 4;

    /// <summary>Builds it, or completes one that was half built.</summary>
    public async Task UpAsync(LabWish wish, CancellationToken cancellationToken)
    {
        state.Create(wish.GuestPrefix, wish.Management.ToString());
        Say(1, $"loading {wish.CloudFile}");
        var cloud = Load(wish.CloudFile);

        Say(2, "starting firstlight standalone: networks, DHCP, routers, listeners");
        WriteConfiguration(wish);
        await new LabProcess(state, programs).StartAsync(new Uri($"http://{wish.Management}"), cancellationToken);

        var guests = Guest.Of(cloud, state);
        Say(3, $"booting {guests.Count} guests: a namespace each, configured by a real DHCP client");
        var plumbing = new GuestPlumbing(state, programs);
        foreach (var guest in guests)
        {
            await plumbing.UpAsync(guest, cancellationToken);
            say($"      {guest.Server.Name}: {guest.Address} on {guest.Network.Name}");
        }
        Say(4, "the lab is up");
    }

    /// <summary>Ends it and removes everything it made; a lab that is not there is no error.</summary>
    public async Task DownAsync(HostPlumber plumber, CancellationToken cancellationToken)
    {
        if (!state.Exists) return;
        await new LabTeardown(state, programs).RemoveGuestsAsync(cancellationToken);
        await new LabProcess(state, programs).StopAsync(cancellationToken);
        var report = await plumber.TeardownAsync(cancellationToken);

        // The folder holds the journal: without it nobody would know any more what is left to remove.
        if (report.Failures.FirstOrDefault() is { } failure)
            throw new LabException($"{failure.Unit} could not be removed: {failure.Failure}; 'firstlight lab down' tries again");
        Directory.Delete(state.Directory, recursive: true);
    }

    private Cloud Load(string file)
    {
        var spec = CloudFile.Parse(File.ReadAllText(file), Path.GetDirectoryName(Path.GetFullPath(file))!);
        using var inventory = OwnInventory.Open(state.InventoryFile);
        return inventory.Change(cloud => Planner.Apply(cloud, spec).Next);
    }

    private void WriteConfiguration(LabWish wish) => File.WriteAllText(state.ConfigFile, $"""
        # Written by `firstlight lab up`.
        [DEFAULT]
        state_path = {state.Directory}
        metadata_listen = 127.0.0.1
        metadata_listen_port = {wish.ApiPort}
        nova_metadata_port = {wish.ApiPort}
        [firstlight]
        management_listen = {wish.Management}

        """);

    private void Say(int step, string what) => say($"[{step}/{Steps}] {what}");
}
