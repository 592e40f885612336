using System.Collections.Immutable;
using Firstlight.Inventory.Own.Model;
using Firstlight.Inventory.Own.Storage;
using Microsoft.Data.Sqlite;

namespace Firstlight.Inventory.Own;

/// <summary>Our own inventory on SQLite: one file, WAL, numbered migrations. Thread-safe; several processes may have the file open.</summary>
public sealed class OwnInventory : IDisposable
{
    private static readonly TimeSpan DefaultLockTimeout = TimeSpan.FromSeconds(5);

    private readonly StoreFile _file;
    private readonly StoreThread _reader;
    private readonly StoreThread _writer;
    private readonly RevisionWatch _watch;
    private readonly OwnPortDirectory _ports;
    private readonly OwnInstanceSource _instances;
    private readonly Lock _writeGate = new();
    private readonly Lock _readGate = new();
    private SqliteConnection? _write;
    private SqliteConnection? _read;
    private Cloud? _latest;
    private bool _changing;
    private bool _disposed;

    private OwnInventory(StoreFile file, TimeSpan poll)
    {
        _file = file;
        _reader = new StoreThread(file, "inventory reader");
        _writer = new StoreThread(file, "inventory writer");
        _ports = new OwnPortDirectory(_reader);
        _watch = new RevisionWatch(file, _ports, poll);
        _instances = new OwnInstanceSource(_reader, _writer, _watch);
    }

    /// <summary>Opens the store, creates it when missing, and brings its schema up to date.</summary>
    /// <param name="path">The database file, normally <c>$state_path/inventory.sqlite</c>.</param>
    /// <exception cref="InventoryBrokenException">Not a store of ours, corrupt, or newer than this program; the file was not touched.</exception>
    /// <exception cref="InventoryUnavailableException">Locked by another process, or no permission.</exception>
    public static OwnInventory Open(string path) => Open(path, DefaultLockTimeout);

    /// <summary>Reads everything at one revision.</summary>
    /// <exception cref="InventoryUnavailableException">The store cannot be asked now.</exception>
    /// <exception cref="InventoryBrokenException">The store is corrupt.</exception>
    public Cloud Read()
    {
        lock (_readGate)
        {
            return Ask("reading", () =>
            {
                _read ??= _file.Connect();
                using var transaction = _read.BeginTransaction(deferred: true);
                using var reader = new CloudReader(_read, _file.Path);
                return Current(_read, reader);
            });
        }
    }

    /// <summary>Changes the cloud in one transaction: <paramref name="edit"/> sees the current cloud and returns the wanted one.</summary>
    /// <param name="edit">Pure; must not change the inventory itself. What it throws ends the transaction and reaches the caller.</param>
    /// <returns>The cloud as stored (numbers allotted, revision advanced); the same revision when nothing differed.</returns>
    /// <exception cref="InventoryRuleException">A rule would break; nothing was changed.</exception>
    /// <exception cref="InventoryUnavailableException">Another process holds the store, or it cannot be written.</exception>
    public Cloud Change(Func<Cloud, Cloud> edit)
    {
        ArgumentNullException.ThrowIfNull(edit);
        return Write(reader =>
        {
            var before = Current(_write!, reader);
            return (before, edit(before), true);
        });
    }

    /// <summary>Plans what a spec asks for (<see cref="Planner.Apply"/>) and carries it out as <see cref="Change"/> does, for whoever wants no cloud back: of what is not in memory yet no more is read than it takes.</summary>
    /// <returns>The lines of the plan and the revision they are stored in; the one there was when nothing differed.</returns>
    /// <exception cref="InventoryRuleException">A rule would break; nothing was changed.</exception>
    /// <exception cref="InventoryUnavailableException">Another process holds the store, or it cannot be written.</exception>
    /// <exception cref="InventoryBrokenException">The store is corrupt.</exception>
    public (ImmutableArray<PlanItem> Items, long Revision) Apply(CloudSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return CarryOut(cloud => Planner.Apply(cloud, spec), spec);
    }

    /// <summary>Ports by scope and address, from memory.</summary>
    public IPortDirectory Ports
    {
        get
        {
            _watch.Start();
            return _ports;
        }
    }

    /// <summary>Facts of instances.</summary>
    public IInstanceSource Instances => _instances;

    /// <summary>Tells of changes by this and any other process.</summary>
    public IInventoryChanges Changes
    {
        get
        {
            _watch.Start();
            return _watch;
        }
    }

    /// <summary>Asks the store for its revision; throws when it cannot be asked. For readiness probes.</summary>
    /// <exception cref="InventoryUnavailableException">The store cannot be asked now.</exception>
    /// <exception cref="InventoryBrokenException">The store is corrupt.</exception>
    public void Probe()
    {
        lock (_readGate)
        {
            Ask("probing", () => CloudReader.Revision(_read ??= _file.Connect()));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, true)) return;
        _watch.Dispose();
        _reader.Dispose();
        _instances.Dispose();
        _writer.Dispose();
        lock (_readGate) _read?.Dispose();
        lock (_writeGate) _write?.Dispose();
        _file.Dispose();
    }

    /// <summary>Opens the store with another patience for locks, and another pause between looks that no notice asked for.</summary>
    internal static OwnInventory Open(string path, TimeSpan lockTimeout, TimeSpan? poll = null) => new(StoreFile.Open(path, lockTimeout), poll ?? RevisionWatch.SlowPoll);

    /// <summary>Carries out a plan, made from a part of the cloud where nothing is in memory and a part does.</summary>
    /// <param name="plan">Pure. Clouds it sees and makes are not to be used after it: what was not read of them is not to be had any more. It may be called twice.</param>
    /// <param name="spec">What is planned; null to have the plan read what it asks for, kind by kind.</param>
    internal (ImmutableArray<PlanItem> Items, long Revision) CarryOut(Func<Cloud, Plan> plan, CloudSpec? spec = null)
    {
        ImmutableArray<PlanItem> items = [];
        var stored = Write(reader =>
        {
            var isKept = Volatile.Read(ref _latest) is not null;
            var (before, made) = (isKept || spec is null ? null : reader.FromPart(spec, plan)) ?? From(isKept ? Current(_write!, reader) : reader.OnDemand());
            items = made.Items;
            return (before, made.Next, isKept);
        });
        return (items, stored.Revision);

        (Cloud, Plan) From(Cloud before) => (before, plan(before));
    }

    // The third of what a change makes says whether its clouds are whole ones.
    private Cloud Write(Func<CloudReader, (Cloud Before, Cloud After, bool IsKept)> change)
    {
        lock (_writeGate)
        {
            if (_changing) throw new InvalidOperationException("a change of the inventory cannot start another one");
            _changing = true;
            try
            {
                var (cloud, changed) = Ask("writing", () => WriteInTransaction(change));
                // Whoever changed something finds it changed: ports and notices are up to date before this returns.
                if (changed) _watch.Advance(_write!, cloud.Revision);
                return cloud;
            }
            finally
            {
                _changing = false;
            }
        }
    }

    private (Cloud Cloud, bool Changed) WriteInTransaction(Func<CloudReader, (Cloud Before, Cloud After, bool IsKept)> change)
    {
        _write ??= _file.Connect();
        using var transaction = _write.BeginTransaction(deferred: false);
        using var reader = new CloudReader(_write, _file.Path);
        var (before, after, isKept) = change(reader);
        if (ReferenceEquals(before, after)) return (before, false);

        var findings = Rules.Check(before, after);
        if (!findings.IsEmpty) throw new InventoryRuleException([.. findings.Select(f => f.Violation)]);
        using (var writer = new CloudWriter(_write, before, after))
        {
            if (!writer.Write()) return (before, false);
        }
        var stored = WithNumbers(_write, before, after) with { Revision = CloudReader.Revision(_write) };
        transaction.Commit();
        if (isKept) Volatile.Write(ref _latest, stored);
        return (stored, true);
    }

    private static Cloud WithNumbers(SqliteConnection connection, Cloud before, Cloud after)
    {
        if (after.AllServers.Is(before.AllServers)) return after;
        var servers = new ThingsDraft<string, Server>(after.AllServers);
        foreach (var server in CloudDifference.Of(before, after).Servers.Added.Where(s => s.Number == 0))
            servers.Put(server.Id, server with { Number = Statement.Number(connection, "SELECT number FROM servers WHERE id = $0", server.Id) });
        return after with { AllServers = servers.Next };
    }

    // The cloud last seen still holds while the revision stands, and most of it afterwards: a store of 100,000 servers is not read again for each change.
    private Cloud Current(SqliteConnection connection, CloudReader reader)
    {
        var latest = Volatile.Read(ref _latest);
        if (latest is not null && latest.Revision == CloudReader.Revision(connection)) return latest;
        var touched = latest is null ? null : ChangeLog.Since(connection, latest.Revision);
        latest = touched is null ? reader.Whole() : reader.Whole(latest!, touched);
        Volatile.Write(ref _latest, latest);
        return latest;
    }

    private T Ask<T>(string attempt, Func<T> work)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        try
        {
            return work();
        }
        catch (SqliteException e)
        {
            throw SqliteFailure.From(e, _file.Path, attempt);
        }
    }
}
