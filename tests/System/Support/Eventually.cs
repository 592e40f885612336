using System.Diagnostics;

namespace Firstlight.System.Tests.Support;

/// <summary>Waits for a condition, not for a time.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    public static async Task TrueAsync(Func<Task<bool>> condition, string what)
    {
        var started = Stopwatch.GetTimestamp();
        Exception? last = null;
        while (Stopwatch.GetElapsedTime(started) < Deadline)
        {
            try
            {
                if (await condition()) return;
            }
            catch (InvalidOperationException e)
            {
                last = e;
            }
            await Task.Delay(50);
        }
        Assert.Fail($"it did not come about that {what}: {last?.Message}");
    }
}
