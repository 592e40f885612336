namespace Firstlight.Plumbing.Namespaces;

/// <summary>Tells when a namespace's file appears or goes. The directory need not exist yet: <c>ip netns add</c> makes it.</summary>
public sealed class NamespaceWatch(string directory, Action<string?> changed) : IDisposable
{
    private readonly Lock _gate = new();
    private FileSystemWatcher? _watcher;
    private bool _disposed;

    /// <summary>Begins to watch, if that was not possible before.</summary>
    public void EnsureWatching()
    {
        lock (_gate)
        {
            if (_disposed || _watcher is not null || !Directory.Exists(directory)) return;
            try
            {
                var watcher = new FileSystemWatcher(directory) { NotifyFilter = NotifyFilters.FileName };
                watcher.Created += (_, e) => changed(e.FullPath);
                watcher.Deleted += (_, e) => changed(e.FullPath);
                watcher.Renamed += (_, _) => changed(null);
                watcher.Error += (_, _) => Restart();
                watcher.EnableRaisingEvents = true;
                _watcher = watcher;
            }
            catch (IOException)
            {
                // Out of inotify watches, or the directory went: the periodic look finds changes too, and this is tried again there.
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _watcher?.Dispose();
            _watcher = null;
        }
    }

    // The directory was deleted or events were lost.
    private void Restart()
    {
        lock (_gate)
        {
            _watcher?.Dispose();
            _watcher = null;
        }

        changed(null);
    }
}
