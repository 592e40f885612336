using System.Text.Json;
using Firstlight.Configuration;

namespace Firstlight.Roles;

/// <summary>A directory with a file for each role that serves.</summary>
/// <param name="path">Where; made when the first role writes to it.</param>
internal sealed class RunDirectory(string path)
{
    // Of root's roles. Gone after a reboot, as the processes are.
    private const string OfRoot = "/run/firstlight/agents";

    private const UnixFileMode FileMode0644 = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Where a role of these settings writes.</summary>
    public static RunDirectory ToWrite(Settings settings) =>
        new(settings.RunDirectory ?? (Environment.IsPrivilegedProcess ? OfRoot : OfState(settings)));

    /// <summary>Where roles that a user of these settings should know of have written.</summary>
    public static IReadOnlyList<RunDirectory> ToRead(Settings settings) =>
        settings.RunDirectory is { } one ? [new RunDirectory(one)] : [new RunDirectory(OfRoot), new RunDirectory(OfState(settings))];

    /// <summary>Writes a role's file, readable by all; files of roles that were killed are cleared away.</summary>
    /// <returns>Removes the file when disposed.</returns>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public IDisposable Register(AgentRegistration registration)
    {
        MakeDirectory();
        Read();
        var file = FileOf(registration);
        var beside = file + ".new";
        File.WriteAllBytes(beside, JsonSerializer.SerializeToUtf8Bytes(registration, AgentRegistrationJson.Default.AgentRegistration));
        File.SetUnixFileMode(beside, FileMode0644);
        File.Move(beside, file, overwrite: true);
        return new Registered(file);
    }

    /// <summary>Roles that run now. Files of those that do not are removed where that is permitted; what is not of the form is passed over.</summary>
    public IReadOnlyList<AgentRegistration> Read()
    {
        if (!Directory.Exists(path)) return [];
        var running = new List<AgentRegistration>();
        foreach (var file in Directory.EnumerateFiles(path, "*.json"))
        {
            if (TryRead(file) is not { } registration) continue;
            if (registration.IsAlive()) running.Add(registration);
            else TryDelete(file);
        }

        return running;
    }

    // Whatever the umask is: other users may list what runs.
    private void MakeDirectory()
    {
        if (Directory.Exists(path)) return;
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, FileMode0644 | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }

    private static string OfState(Settings settings) => Path.Combine(settings.StatePath, "agents");

    // The start time belongs to the name, so that clearing away a dead role never meets the file of a new one with its pid.
    private string FileOf(AgentRegistration registration) => Path.Combine(path, $"{registration.Pid}-{registration.StartTime}.json");

    private static AgentRegistration? TryRead(string file)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), AgentRegistrationJson.Default.AgentRegistration) is { Role: not null, StartTime: not null } read ? read : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    private static void TryDelete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Someone else's to clear away; it is not shown anyway.
        }
    }

    private sealed class Registered(string file) : IDisposable
    {
        public void Dispose() => TryDelete(file);
    }
}
