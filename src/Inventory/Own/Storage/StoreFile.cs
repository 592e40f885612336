using Microsoft.Data.Sqlite;

namespace Firstlight.Inventory.Own.Storage;

/// <summary>The database file: found or made, checked before SQLite touches it, and opened as often as there are users of it.</summary>
internal sealed class StoreFile : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // Files this process has open: reading their header by hand would drop the locks SQLite holds on them.
    private static readonly Dictionary<string, int> OpenHere = new(StringComparer.Ordinal);
    private static readonly Lock Gate = new();

    private readonly string _connectionString;
    private readonly TimeSpan _lockTimeout;
    private bool _disposed;

    private StoreFile(string path, TimeSpan lockTimeout)
    {
        Path = path;
        _lockTimeout = lockTimeout;
        _connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWrite,
            // Each user keeps its own connection and closing means closing.
            Pooling = false,
            // The library waits (busy_timeout); the driver's own retries on top stop after the first failed wait.
            DefaultTimeout = 1,
        }.ToString();
    }

    /// <summary>Full path of the file, links followed.</summary>
    public string Path { get; }

    /// <summary>Revision the store had when it was opened.</summary>
    public long RevisionAtOpen { get; private set; }

    /// <summary>Finds or makes the file and brings its schema up to date.</summary>
    /// <param name="path">The file; its directory is made (mode 0711) when missing.</param>
    /// <param name="lockTimeout">How long a statement waits for another process's transaction.</param>
    /// <exception cref="InventoryBrokenException">Not ours to use; untouched.</exception>
    /// <exception cref="InventoryUnavailableException">Locked, not permitted, or SQLite is missing.</exception>
    public static StoreFile Open(string path, TimeSpan lockTimeout)
    {
        SystemSqlite.Bind();
        try
        {
            var full = System.IO.Path.GetFullPath(path);
            if (new FileInfo(full).LinkTarget is not null) full = File.ResolveLinkTarget(full, returnFinalTarget: true)!.FullName;
            lock (Gate)
            {
                var file = new StoreFile(full, lockTimeout);
                if (!OpenHere.TryGetValue(full, out var count))
                {
                    if (!File.Exists(full)) file.Make();
                    StoreHeader.Check(full, Migrations.Newest);
                }
                file.BringUpToDate();
                OpenHere[full] = count + 1;
                return file;
            }
        }
        catch (SqliteException e)
        {
            throw SqliteFailure.From(e, path, "opening");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InventoryUnavailableException($"opening {path}: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>Opens a connection for one user; it is not to be shared between threads without a lock.</summary>
    public SqliteConnection Connect() => Connect(_connectionString);

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (Gate)
        {
            if (_disposed) return;
            _disposed = true;
            if (--OpenHere[Path] == 0) OpenHere.Remove(Path);
        }
    }

    // Made beside and moved into place: the file is either absent or complete, whatever happens in between.
    private void Make()
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException("file modes are those of Linux");
        var directory = System.IO.Path.GetDirectoryName(Path)!;
        StateDirectory.Make(directory);
        var draft = $"{Path}.new-{Guid.NewGuid():N}";
        try
        {
            new FileStream(draft, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }).Dispose();
            using (var connection = Connect(new SqliteConnectionStringBuilder(_connectionString) { DataSource = draft }.ToString()))
            {
                Migrations.Apply(connection, Path);
                Statement.Run(connection, "PRAGMA journal_mode = WAL");
            }
            File.Move(draft, Path, overwrite: false);
        }
        catch (IOException) when (File.Exists(Path))
        {
            // Another process was quicker: its store is as good as ours.
        }
        finally
        {
            foreach (var leftover in (string[])[draft, draft + "-wal", draft + "-shm", draft + "-journal"]) File.Delete(leftover);
        }
    }

    private void BringUpToDate()
    {
        using var connection = Connect();
        if (Statement.Number(connection, "PRAGMA application_id") is var id && id != StoreHeader.ApplicationId
            && Statement.Number(connection, "SELECT count(*) FROM sqlite_schema") > 0)
        {
            throw new InventoryBrokenException($"{Path} is a SQLite database of another program");
        }
        Migrations.Apply(connection, Path);
        Statement.Run(connection, "PRAGMA journal_mode = WAL");
        RevisionAtOpen = CloudReader.Revision(connection);
    }

    private SqliteConnection Connect(string connectionString)
    {
        var connection = new SqliteConnection(connectionString);
        try
        {
            connection.Open();
            Statement.Run(connection, $"PRAGMA busy_timeout = {(int)_lockTimeout.TotalMilliseconds}; PRAGMA foreign_keys = ON");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
