using Firstlight.Plumbing.Processes;
using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Plumbing.Haproxy;

/// <summary>A namespace's haproxy as a daemon: files, command line, and what makes it start anew. Paths are Neutron's, below the state directory.</summary>
internal static class HaproxyDaemon
{
    private const string Directory = "ns-metadata-proxy";

    /// <summary>Its name in the journal.</summary>
    public static string NameOf(string id) => $"{Directory}/{id}";

    /// <summary>Where one of the journal lives; null when the name is another daemon's.</summary>
    public static DaemonHome? HomeOf(string stateDirectory, string name) =>
        name.StartsWith(Directory + "/", StringComparison.Ordinal) ? Home(stateDirectory, name[(Directory.Length + 1)..]) : null;

    /// <summary>What is needed around its start. It never rereads anything: whatever changes, it is started anew.</summary>
    /// <param name="hand">Writes files.</param>
    /// <param name="stateDirectory">State directory.</param>
    /// <param name="networkNamespace">Namespace it runs in.</param>
    /// <param name="scope">Whose guests it serves.</param>
    /// <param name="proxy">The operator's choices.</param>
    public static DaemonWork Work(Hand hand, string stateDirectory, string networkNamespace, HaproxyScope scope, WantedProxy proxy)
    {
        var home = Home(stateDirectory, scope.Id);
        var file = home.Mark;
        var config = HaproxyConfig.Render(proxy, scope, home.PidFile);
        return new DaemonWork(
            new DaemonSpec(home, networkNamespace, ["haproxy", "-f", file]),
            FilesToWrite: null,
            _ => Task.FromResult(!string.Equals(StateFiles.Read(file), config, StringComparison.Ordinal)),
            () =>
            {
                hand.MakeDirectory(Path.GetDirectoryName(file)!);
                hand.Replace(file, config);
            });
    }

    /// <summary>Makes the next turn, of whichever process, start it anew.</summary>
    public static void ForgetConfig(Hand hand, string stateDirectory, string id) => hand.Remove(Home(stateDirectory, id).Mark);

    private static DaemonHome Home(string stateDirectory, string id)
    {
        var file = Path.Combine(stateDirectory, Directory, id + ".conf");
        var pid = Path.Combine(stateDirectory, "external", "pids", id + ".pid.haproxy");
        return new DaemonHome("haproxy", file, pid, [file, pid]);
    }
}
