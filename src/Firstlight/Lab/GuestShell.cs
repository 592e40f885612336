using System.Diagnostics;

namespace Firstlight.Lab;

/// <summary>A command inside a guest, on this terminal.</summary>
internal static class GuestShell
{
    /// <summary>Runs it to its end with this process's own standard streams.</summary>
    /// <returns>Its exit code.</returns>
    public static async Task<int> RunAsync(Guest guest, IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("ip") { UseShellExecute = false };
        foreach (var argument in (string[])["netns", "exec", guest.Namespace, .. command]) start.ArgumentList.Add(argument);
        using var process = Process.Start(start) ?? throw new LabException("ip could not be started: ./setup installs iproute2");
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode;
    }
}
