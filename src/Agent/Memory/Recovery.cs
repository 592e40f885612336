namespace Firstlight.Agent.Memory;

/// <summary>The pauses between attempts while something is expected back soon.</summary>
internal static class Recovery
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits a little before the next attempt.</summary>
    /// <returns>False, at once, when the time for attempts is over.</returns>
    public static async ValueTask<bool> PauseAsync(long began, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        var left = limit - time.GetElapsedTime(began);
        if (left <= TimeSpan.Zero) return false;
        await Task.Delay(left < Pause ? left : Pause, time, cancellationToken);
        return true;
    }
}
