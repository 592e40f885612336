using System.Runtime.InteropServices;
using Firstlight.Cli;

namespace Firstlight.Lifetime;

/// <summary>The life of a role that runs until it is stopped: signals in, notices to systemd out.</summary>
/// <remarks>
/// The first SIGTERM or SIGINT asks for an orderly end; the second one ends the program where it stands. SIGHUP, by which Nova's and Neutron's services read
/// their files anew, must not end this one; at a terminal it says that the terminal is gone.
/// </remarks>
internal sealed class Lifecycle : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly PosixSignalRegistration[] _signals;
    private readonly Action<int> _exit;
    private readonly SystemdNotifier _systemd;
    private int _asked;

    /// <summary>Takes over the signals of this process.</summary>
    public Lifecycle() : this(Environment.Exit, SystemdNotifier.OfProcess()) { }

    /// <summary>The same with the last step and the notices chosen.</summary>
    internal Lifecycle(Action<int> exit, SystemdNotifier systemd)
    {
        _exit = exit;
        _systemd = systemd;
        _signals =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, c => { c.Cancel = true; OnSignal(PosixSignal.SIGTERM); }),
            PosixSignalRegistration.Create(PosixSignal.SIGINT, c => { c.Cancel = true; OnSignal(PosixSignal.SIGINT); }),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, c => { c.Cancel = true; OnHangUp(atTerminal: !Console.IsInputRedirected); }),
        ];
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Says that the role serves now (READY=1).</summary>
    /// <param name="status">One line that <c>systemctl status</c> shows.</param>
    public void Ready(string status) => _systemd.Send($"READY=1\nSTATUS={status.ReplaceLineEndings(" ")}");

    /// <summary>Completes when the first signal came.</summary>
    public Task WaitForStopAsync()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _stopping.Token.Register(done.SetResult);
        return done.Task;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var signal in _signals) signal.Dispose();
        _stopping.Dispose();
    }

    /// <summary>What SIGHUP does.</summary>
    internal void OnHangUp(bool atTerminal)
    {
        if (atTerminal) OnSignal(PosixSignal.SIGHUP);
    }

    /// <summary>What a signal that ends does.</summary>
    internal void OnSignal(PosixSignal signal)
    {
        if (Interlocked.Increment(ref _asked) > 1)
        {
            _exit(signal == PosixSignal.SIGINT ? ExitCodes.Interrupted : 143);
            return;
        }

        _systemd.Send("STOPPING=1");
        _stopping.Cancel();
    }
}
