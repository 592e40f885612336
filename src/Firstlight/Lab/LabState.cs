using System.Globalization;
using Firstlight.Inventory.Own.Model;
using Firstlight.Lifetime;

namespace Firstlight.Lab;

/// <summary>Names and files of a lab: one folder holds all of it, so that <c>down</c> finds everything again, from any process.</summary>
/// <param name="directory">The folder, by default <see cref="DefaultDirectory"/>.</param>
internal sealed class LabState(string directory)
{
    /// <summary>Gone after a reboot, as the namespaces are.</summary>
    public const string DefaultDirectory = "/run/firstlight-lab";

    /// <summary>Namespaces of guests are <c>guest-NAME</c> unless <c>lab up --guest-prefix</c> says otherwise.</summary>
    public const string DefaultGuestPrefix = "guest-";

    public string Directory { get; } = Path.GetFullPath(directory);

    public string ConfigFile => Path.Combine(Directory, "firstlight.conf");

    public string LogFile => Path.Combine(Directory, "standalone.log");

    public string PidFile => Path.Combine(Directory, "standalone.pid");

    public string InventoryFile => Path.Combine(Directory, "inventory.sqlite");

    public string GuestsFile => Path.Combine(Directory, "guests");

    public string DhcpScript => Path.Combine(Directory, "udhcpc-script");

    public string DhcpV6Script => Path.Combine(Directory, "dhclient-script");

    public bool Exists => System.IO.Directory.Exists(Directory);

    /// <summary>Management address of the lab's standalone, as its configuration has it.</summary>
    public string ManagementFile => Path.Combine(Directory, "management");

    public string GuestPrefix => File.Exists(PrefixFile) ? File.ReadAllText(PrefixFile).Trim() : DefaultGuestPrefix;

    public string NamespaceOf(Server server) => GuestPrefix + server.Name;

    private string PrefixFile => Path.Combine(Directory, "guest-prefix");

    /// <summary>Makes the folder. Others may pass through it, because dnsmasq reads its files after it dropped root; secrets in it are root's alone.</summary>
    public void Create(string guestPrefix, string management)
    {
        System.IO.Directory.CreateDirectory(
            Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        File.WriteAllText(PrefixFile, guestPrefix);
        File.WriteAllText(ManagementFile, management);
        WriteScript(DhcpScript);
        WriteScript(DhcpV6Script);
    }

    private static void WriteScript(string path)
    {
        using var source = typeof(LabState).Assembly.GetManifestResourceStream("Firstlight.Lab." + Path.GetFileName(path))
            ?? throw new System.Diagnostics.UnreachableException($"{Path.GetFileName(path)} is not in this build");
        using (var file = File.Create(path)) source.CopyTo(file);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Remembers a guest before anything of it exists, so that a killed <c>up</c> leaves nothing unknown.</summary>
    public void RememberGuest(string @namespace, IEnumerable<string> devices) =>
        File.AppendAllText(GuestsFile, $"{@namespace} {string.Join(' ', devices)}{Environment.NewLine}");

    /// <summary>Guests ever brought up in this lab: namespace and host devices.</summary>
    public IReadOnlyList<(string Namespace, string[] Devices)> RememberedGuests()
    {
        if (!File.Exists(GuestsFile)) return [];
        return [.. File.ReadLines(GuestsFile)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words.Length > 0)
            .GroupBy(words => words[0])
            .Select(g => (g.Key, g.SelectMany(words => words.Skip(1)).Distinct().ToArray()))];
    }

    /// <summary>Writes pid and start time: together they name one process, even after the pid was used again.</summary>
    public void WritePid(int pid) => File.WriteAllText(PidFile, $"{pid} {ProcessStart.Of(pid)}");

    /// <summary>The lab's own process while it runs; null when it ended or was never started.</summary>
    public int? RunningPid()
    {
        if (!File.Exists(PidFile)) return null;
        var words = File.ReadAllText(PidFile).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length != 2 || !int.TryParse(words[0], CultureInfo.InvariantCulture, out var pid)) return null;
        return ProcessStart.Of(pid) is { } start && start == words[1] ? pid : null;
    }
}
