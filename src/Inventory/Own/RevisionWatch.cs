using Firstlight.Inventory.Own.Storage;
using Firstlight.Metadata.Identity;
using Firstlight.Metadata.Instances;
using Microsoft.Data.Sqlite;

namespace Firstlight.Inventory.Own;

/// <summary>Notices commits of this and other processes, brings the port directory up to date, keeps what they touched and tells who listens.</summary>
/// <remarks>
/// The kernel says when the write-ahead log is written to; whether that was a commit says <c>PRAGMA data_version</c>. The log is written before the
/// commit shows in shared memory, so a notice is followed by a few looks in short order; a slow poll covers what notices miss (inotify's limits,
/// network file systems).
/// </remarks>
internal sealed class RevisionWatch : IInventoryChanges, IDisposable
{
    /// <summary>Pause between looks that no notice asked for.</summary>
    public static readonly TimeSpan SlowPoll = TimeSpan.FromSeconds(1);

    // A commit shows when the disk has it: it is seen late by no more than it took since the notice.
    private static readonly TimeSpan[] AfterNotice = [TimeSpan.Zero, .. Enumerable.Range(0, 9).Select(step => TimeSpan.FromMilliseconds(1 << step))];

    private readonly StoreFile _file;
    private readonly OwnPortDirectory _ports;
    private readonly TimeSpan _poll;
    private readonly ChangeStamps _stamps = new();
    private readonly AutoResetEvent _wake = new(initialState: false);
    private readonly Lock _gate = new();
    private readonly Lock _catchingUp = new();
    private FileSystemWatcher? _notices;
    private Thread? _thread;
    private SqliteConnection? _connection;
    private HashSet<string>? _unannounced = [];
    private long _revision;
    private long _announced;
    private long _dataVersion = -1;
    private bool _stop;

    public RevisionWatch(StoreFile file, OwnPortDirectory ports, TimeSpan poll)
    {
        _file = file;
        _ports = ports;
        _poll = poll;
        _revision = _announced = file.RevisionAtOpen;
    }

    /// <inheritdoc/>
    public event Action<InventoryNotice>? Changed;

    /// <inheritdoc/>
    public long Revision => Volatile.Read(ref _revision);

    /// <inheritdoc/>
    public long LastChangeOf(Instance instance) => _stamps.Of(instance);

    /// <summary>Starts watching; every call after the first does nothing.</summary>
    public void Start()
    {
        if (Volatile.Read(ref _thread) is not null) return;
        lock (_gate)
        {
            if (_thread is not null || _stop) return;
            _notices = Watch(_file.Path);
            _thread = new Thread(Loop) { Name = "inventory watch", IsBackground = true };
            _thread.Start();
        }
    }

    /// <summary>Takes notice of a commit of this process, and of those of others before it.</summary>
    /// <param name="connection">The one that committed.</param>
    /// <param name="revision">What it committed.</param>
    public void Advance(SqliteConnection connection, long revision)
    {
        try
        {
            CatchUp(connection);
        }
        catch (Exception e) when (e is SqliteException || SqliteFailure.IsUnreadableRow(e))
        {
            // It is committed: that is to be known even if what it touched cannot be read.
            lock (_catchingUp)
            {
                if (revision > Revision) MoveTo(revision, touched: null);
            }
        }
        _wake.Set();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_stop) return;
            Volatile.Write(ref _stop, true);
        }
        _notices?.Dispose();
        _wake.Set();
        // A handler may be what disposes us.
        if (_thread is { } thread && thread != Thread.CurrentThread) thread.Join();
        _connection?.Dispose();
    }

    private FileSystemWatcher? Watch(string path)
    {
        try
        {
            var notices = new FileSystemWatcher(Path.GetDirectoryName(path)!, Path.GetFileName(path) + "-wal") { NotifyFilter = NotifyFilters.LastWrite | NotifyFilters.Size };
            notices.Changed += (_, _) => Wake();
            notices.EnableRaisingEvents = true;
            return notices;
        }
        catch (IOException)
        {
            // The user's inotify instances are used up: the poll alone will do.
            return null;
        }

        void Wake()
        {
            if (!Volatile.Read(ref _stop)) _wake.Set();
        }
    }

    private void Loop()
    {
        Look();
        while (!Volatile.Read(ref _stop))
        {
            if (!_wake.WaitOne(_poll))
            {
                Look();
                continue;
            }
            for (var step = 0; step < AfterNotice.Length; step++)
            {
                // Another notice begins the looks anew: the one before may have been of a write, and this is of its commit.
                if (AfterNotice[step] > TimeSpan.Zero && _wake.WaitOne(AfterNotice[step])) step = 0;
                if (Volatile.Read(ref _stop)) return;
                Look();
            }
        }
    }

    private void Look()
    {
        try
        {
            _connection ??= _file.Connect();
            var dataVersion = Statement.Number(_connection, "PRAGMA data_version");
            if (dataVersion != _dataVersion)
            {
                CatchUp(_connection);
                _dataVersion = dataVersion;
            }
        }
        catch (Exception e) when (e is SqliteException || SqliteFailure.IsUnreadableRow(e))
        {
            // The store cannot be asked: what is in memory stands, and the next poll asks again. Probe tells operators.
        }

        if (Unannounced() is { } notice) Changed?.Invoke(notice);
    }

    private void CatchUp(SqliteConnection connection)
    {
        using var transaction = connection.BeginTransaction(deferred: true);
        // The first question fixes what the transaction sees; who is quicker may have seen more.
        var revision = CloudReader.Revision(connection);
        if (_ports.IsUsed) _ports.Refresh(connection);
        lock (_catchingUp)
        {
            if (revision > Revision) MoveTo(revision, ChangeLog.Since(connection, Revision));
        }
    }

    // What was touched is marked before the revision shows: whoever sees the revision sees the marks.
    private void MoveTo(long revision, Touched? touched)
    {
        if (touched is null)
        {
            _stamps.TouchEverything(revision);
            _unannounced = null;
        }
        else
        {
            foreach (var id in touched.Guests.Concat(touched.GuestsOf)) _stamps.Touch(id, revision);
            _unannounced?.UnionWith(touched.Guests);
        }
        Volatile.Write(ref _revision, revision);
    }

    private InventoryNotice? Unannounced()
    {
        lock (_catchingUp)
        {
            if (Revision == _announced) return null;
            var notice = new InventoryNotice(Revision, _unannounced?.Select(id => new InstanceId(id)).ToArray());
            (_announced, _unannounced) = (Revision, []);
            return notice;
        }
    }
}
