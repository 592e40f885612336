using System.Collections.Concurrent;
using Firstlight.Plumbing.Processes;
using Microsoft.Win32.SafeHandles;

namespace Firstlight.Plumbing.Namespaces;

/// <summary>Reads and writes kernel settings of namespaces through /proc/sys/net, without a program. Thread-safe, but for one namespace at the same time.</summary>
/// <remarks>
/// The directories of each namespace are held: every namespace has an <c>ipv4</c> and an <c>ipv6</c> of its own in the one /proc/sys/net, in one chain of the kernel's
/// table of names, so that a walk there by path costs a comparison with each namespace there is. A held directory keeps no namespace alive, and is empty when that is gone.
/// </remarks>
internal sealed class NamespaceSysctl(NamespaceSockets sockets, Hand hand) : IDisposable
{
    private readonly ConcurrentDictionary<(string Namespace, string Family), (string Identity, SafeFileHandle? Directory)> _directories = new();

    /// <summary>Makes settings right. Those this kernel or namespace does not have (no IPv6, a device that is not there) are passed over.</summary>
    /// <param name="networkNamespace">Name below /run/netns.</param>
    /// <param name="identity">Kernel identity of the namespace that has the name now.</param>
    /// <param name="settings">The settings.</param>
    /// <returns>What was changed, a line each.</returns>
    /// <exception cref="IOException">The namespace cannot be entered, or a setting cannot be opened, read or written.</exception>
    public List<string> Ensure(string networkNamespace, string identity, IEnumerable<NamespaceSetting> settings)
    {
        var changes = new List<string>();
        var wanted = (
            from setting in settings
            let directory = DirectoryOf(networkNamespace, identity, setting.Family)
            where directory is not null
            select (Setting: setting, Directory: directory)).ToList();
        var files = sockets.OpenSettings(NamespaceList.PathOf(networkNamespace), [.. wanted.Select(w => (w.Directory, w.Setting.Name))]);
        try
        {
            foreach (var (setting, file) in wanted.Select(w => w.Setting).Zip(files))
            {
                if (file is not null && SettingsDirectory.Ensure(file, hand, setting.Value)) changes.Add($"{networkNamespace}: {setting.Family}/{setting.Name}={setting.Value}");
            }
        }
        finally
        {
            foreach (var file in files) file?.Dispose();
        }

        return changes;
    }

    /// <summary>Lets go of a namespace that is gone.</summary>
    public void Forget(string networkNamespace)
    {
        foreach (var key in _directories.Keys.Where(k => string.Equals(k.Namespace, networkNamespace, StringComparison.Ordinal)))
        {
            if (_directories.TryRemove(key, out var known)) known.Directory?.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, directory) in _directories.Values) directory?.Dispose();
    }

    // Another namespace that takes the name between the look at its identity and this is found out at the next look.
    private SafeFileHandle? DirectoryOf(string networkNamespace, string identity, string family)
    {
        var key = (networkNamespace, family);
        if (_directories.TryGetValue(key, out var known))
        {
            if (string.Equals(known.Identity, identity, StringComparison.Ordinal)) return known.Directory;
            known.Directory?.Dispose();
        }

        var opened = sockets.OpenDirectory(NamespaceList.PathOf(networkNamespace), family);
        _directories[key] = (identity, opened);
        return opened;
    }
}
