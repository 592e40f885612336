using System.ComponentModel;
using Firstlight.Plumbing.Interop;

namespace Firstlight.Plumbing.Processes;

/// <summary>Everything that changes the host goes through a hand. One that only shows what it would do changes nothing, and tells callers what it would have.</summary>
/// <param name="runner">Runs programs.</param>
/// <param name="shows">Whether it only shows.</param>
internal sealed class Hand(ProcessRunner runner, bool shows = false)
{
    /// <summary>Whether it only shows: what was to be made is then not there afterwards.</summary>
    public bool Shows => shows;

    /// <summary>Runs a program that changes something and must succeed.</summary>
    /// <exception cref="ProcessFailedException">It did not.</exception>
    public Task RunAsync(ProcessCall call, CancellationToken cancellationToken) => shows ? Task.CompletedTask : runner.RunAsync(call, cancellationToken);

    /// <summary>Makes a directory of mode 0755 with those above it.</summary>
    public void MakeDirectory(string path)
    {
        if (!shows) StateFiles.MakeDirectory(path);
    }

    /// <summary>Replaces a file where its text differs.</summary>
    /// <returns>Whether it does.</returns>
    public bool Replace(string path, string text) =>
        shows ? !StateFiles.Holds(path, text) : StateFiles.Replace(path, text);

    /// <summary>Removes a file or a directory with all that is in it; nothing happens where there is none.</summary>
    public void Remove(string path)
    {
        if (!shows) StateFiles.Remove(path);
    }

    /// <summary>Writes a kernel setting where it differs.</summary>
    /// <returns>Whether it does; null when there is no such setting.</returns>
    /// <exception cref="IOException">It cannot be read or written.</exception>
    public bool? Set(string file, string value)
    {
        if (SmallFile.TryRead(file) is not { } present) return null;
        if (string.Equals(present.Trim(), value, StringComparison.Ordinal)) return false;
        if (!shows) File.WriteAllText(file, value);
        return true;
    }

    /// <summary>Makes the kernel fill in checksums before a packet leaves a device of the host.</summary>
    /// <exception cref="Win32Exception">The kernel refused.</exception>
    public void DisableTransmitChecksum(string device)
    {
        if (!shows) Ethtool.DisableTransmitChecksum(device);
    }

    /// <summary>Makes a daemon reread its files.</summary>
    /// <returns>False when it is gone.</returns>
    public bool Reload(Daemon daemon) => shows ? !daemon.HasExited : daemon.Reload();

    /// <summary>Ends a daemon.</summary>
    public Task StopAsync(Daemon daemon, TimeProvider time, CancellationToken cancellationToken) => shows ? Task.CompletedTask : daemon.StopAsync(time, cancellationToken);
}
