using System.ComponentModel;
using Firstlight.Plumbing.Processes;

namespace Firstlight.Plumbing.Reconcile;

/// <summary>Steps of one unit that do not depend on each other: each is tried, whatever became of the others.</summary>
internal sealed class Attempts
{
    private readonly List<Exception> _failures = [];

    /// <summary>What the world may throw at us; anything else is a fault of ours.</summary>
    public static bool IsOfTheWorld(Exception e) => e is ProcessFailedException or IOException or UnauthorizedAccessException or Win32Exception or UnitWaitsException;

    /// <summary>Tries a step.</summary>
    public async Task TryAsync(Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (Exception e) when (IsOfTheWorld(e))
        {
            _failures.Add(e);
        }
    }

    /// <summary>Throws what went wrong; nothing when nothing did.</summary>
    /// <exception cref="UnitWaitsException">Nothing went wrong but that something waits.</exception>
    /// <exception cref="IOException">Several steps failed; the message has all of them.</exception>
    public void ThrowIfAny()
    {
        var real = _failures.Where(f => f is not UnitWaitsException).ToList();
        if (real.Count > 1) throw new IOException(string.Join("; ", real.Select(f => f.Message)), real[0]);
        if (real.Count == 0) real = _failures;
        if (real.Count > 0) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(real[0]).Throw();
    }
}
