using System.Diagnostics;

namespace Firstlight.System.Tests.Support;

/// <summary>Waits for a condition, not for a time.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    public static async Task TrueAsync(Func<Task<bool>> condition, string what)
    {
        var (came, last) = await WaitAsync(condition, Deadline);
        if (!came) Assert.Fail($"it did not come about that {what}: {last?.Message}");
    }

    /// <summary>Whether it comes about in time.</summary>
    public static async Task<bool> IsTrueAsync(Func<Task<bool>> condition, TimeSpan within) => (await WaitAsync(condition, within)).Came;

    private static async Task<(bool Came, Exception? Last)> WaitAsync(Func<Task<bool>> condition, TimeSpan within)
    {
        var started = Stopwatch.GetTimestamp();
        Exception? last = null;
        while (Stopwatch.GetElapsedTime(started) < within)
        {
            try
            {
                if (await condition()) return (true, null);
            }
            catch (InvalidOperationException e)
            {
                last = e;
            }

            await Task.Delay(50);
        }

        return (false, last);
    }
}
