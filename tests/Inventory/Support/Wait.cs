using System.Diagnostics;

namespace Firstlight.Inventory.Tests.Support;

internal static class Wait
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    /// <summary>Asks until the answer is yes; fails the test after the deadline.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(clock.Elapsed < Deadline, $"{what}: not within {Deadline}");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}
