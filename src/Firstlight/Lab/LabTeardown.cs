namespace Firstlight.Lab;

/// <summary>Removes guests: their processes, namespaces and host devices. Each step can run twice and on a half-built lab.</summary>
/// <param name="state">The lab.</param>
/// <param name="programs">Runs programs.</param>
internal sealed class LabTeardown(LabState state, LabPrograms programs)
{
    /// <summary>Removes every guest this lab ever began to build.</summary>
    public async Task RemoveGuestsAsync(CancellationToken cancellationToken)
    {
        foreach (var (@namespace, devices) in state.RememberedGuests())
        {
            await EndProcessesAsync(@namespace, cancellationToken);
            foreach (var device in devices.Where(d => Directory.Exists($"/sys/class/net/{d}")))
                await programs.TryRunAsync("removing a guest", "ip", ["link", "del", device], cancellationToken);
            if (File.Exists(Path.Combine("/run/netns", @namespace)))
                await programs.TryRunAsync("removing a guest", "ip", ["netns", "del", @namespace], cancellationToken);
        }
    }

    // Only a guest's own programs live in a guest's namespace: whatever runs there was started by the lab or by someone in it.
    private async Task EndProcessesAsync(string @namespace, CancellationToken cancellationToken)
    {
        if (!File.Exists(Path.Combine("/run/netns", @namespace))) return;
        var pids = await programs.TryRunAsync("looking into a guest", "ip", ["netns", "pids", @namespace], cancellationToken);
        foreach (var pid in pids.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            await programs.TryRunAsync("ending a guest's process", "kill", ["-KILL", pid.Trim()], cancellationToken);
    }
}
