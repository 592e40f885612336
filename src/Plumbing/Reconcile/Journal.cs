using System.Text;

namespace Firstlight.Plumbing.Reconcile;

/// <summary>Kinds of things the journal remembers, in the order they must be taken away.</summary>
internal enum ThingKind
{
    /// <summary>A daemon and its directory; the name is the directory below the state directory.</summary>
    Daemon,

    /// <summary>Our nft table in a namespace; the name is the namespace's.</summary>
    Table,

    /// <summary>A veth, by its end in the host's namespace.</summary>
    Link,

    /// <summary>A network namespace.</summary>
    Namespace,

    /// <summary>A device of the host in a bridge of ours: it is taken out, and stays.</summary>
    Uplink,

    /// <summary>A bridge.</summary>
    Bridge,
}

/// <summary>A thing we made, or were about to make.</summary>
internal readonly record struct Thing(Unit Owner, ThingKind Kind, string Name)
{
    /// <summary>In the form <c>network:UUID Bridge brq…</c>, as the journal has it.</summary>
    public override string ToString() => $"{Owner} {Kind} {Name}";

    /// <summary>Reads that form.</summary>
    public static bool TryParse(string text, out Thing thing)
    {
        thing = default;
        var fields = text.Split(' ');
        if (fields.Length != 3 || !Unit.TryParse(fields[0], out var owner) || !Enum.TryParse<ThingKind>(fields[1], out var kind)) return false;
        thing = new Thing(owner, kind, fields[2]);
        return true;
    }
}

/// <summary>Names of all we made, on disk before we make them: however we end, the next start knows what may be taken away.
/// What existed before us is never written here, so it is used but never removed. Thread-safe.</summary>
internal sealed class Journal : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Unit, HashSet<Thing>> _things = [];
    private readonly string _path;
    private FileStream? _file;

    private Journal(string path, bool isToRead)
    {
        _path = path;
        var text = File.Exists(path) ? File.ReadAllText(path) : null;
        if (text is not null) Replay(text, _things);

        // At each start it is rewritten, so that it does not grow for ever; but where each of its lines stands for a thing there is nothing to leave out.
        var isCompact = (text is "" or [.., '\n']) && text.Count(c => c == '\n') == _things.Values.Sum(t => t.Count);
        if (!isToRead) _file = isCompact ? Reopen() : Rewrite();
    }

    /// <summary>Opens the journal of a state directory, or starts one.</summary>
    public static Journal Open(string stateDirectory)
    {
        Directory.CreateDirectory(Path.Combine(stateDirectory, "plumbing"));
        return new Journal(PathOf(stateDirectory), isToRead: false);
    }

    /// <summary>Reads the journal of a state directory. It is never written: what is recorded or struck out then counts for this reader alone.</summary>
    public static Journal OpenToRead(string stateDirectory) => new(PathOf(stateDirectory), isToRead: true);

    /// <summary>Whether a thing is ours.</summary>
    public bool Has(Thing thing)
    {
        lock (_lock) return _things.GetValueOrDefault(thing.Owner)?.Contains(thing) ?? false;
    }

    /// <summary>Everything of one owner, in the order it must be taken away.</summary>
    public IReadOnlyList<Thing> Of(Unit owner)
    {
        lock (_lock) return [.. (_things.GetValueOrDefault(owner) ?? []).OrderBy(t => t.Kind).ThenBy(t => t.Name, StringComparer.Ordinal)];
    }

    /// <summary>Names of all of one kind.</summary>
    public IReadOnlyList<string> NamesOf(ThingKind kind)
    {
        lock (_lock) return [.. _things.Values.SelectMany(t => t).Where(t => t.Kind == kind).Select(t => t.Name)];
    }

    /// <summary>All who own anything.</summary>
    public IReadOnlyList<Unit> Owners()
    {
        lock (_lock) return [.. _things.Keys];
    }

    /// <summary>Writes down what is about to be made, and returns when it is on disk.</summary>
    public void Record(params ReadOnlySpan<Thing> things)
    {
        lock (_lock)
        {
            var lines = new StringBuilder();
            foreach (var thing in things)
            {
                if (Add(thing, _things)) lines.Append(Line('+', thing));
            }

            if (lines.Length > 0) Append(lines.ToString());
        }
    }

    /// <summary>Strikes out what is gone.</summary>
    public void Forget(Thing thing)
    {
        lock (_lock)
        {
            if (Remove(thing, _things)) Append(Line('-', thing));
        }
    }

    /// <summary>Writes it anew where someone took the file away.</summary>
    /// <returns>Whether someone had.</returns>
    public bool Repair()
    {
        lock (_lock)
        {
            if (_file is null || File.Exists(_path)) return false;
            _file.Dispose();
            _file = Rewrite();
            return true;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    private void Append(string lines)
    {
        // Written anew it has all in it already.
        if (_file is null || Repair()) return;
        _file.Write(Encoding.UTF8.GetBytes(lines));
        _file.Flush(flushToDisk: true);
    }

    private static string PathOf(string stateDirectory) => Path.Combine(stateDirectory, "plumbing", "journal");

    // Beside and renamed, so that a crash here loses nothing.
    private FileStream Rewrite()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        var beside = _path + ".new";
        using (var compact = new FileStream(beside, FileMode.Create, FileAccess.Write))
        {
            compact.Write(Encoding.UTF8.GetBytes(string.Concat(_things.Values.SelectMany(t => t).Select(t => Line('+', t)))));
            compact.Flush(flushToDisk: true);
        }

        File.Move(beside, _path, overwrite: true);
        return Reopen();
    }

    private FileStream Reopen() => new(_path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);

    private static string Line(char sign, Thing thing) => $"{sign} {thing}\n";

    private static void Replay(string text, Dictionary<Unit, HashSet<Thing>> things)
    {
        // A line torn by a crash was not on disk yet, so what it names was not made yet. It may look whole but for its end: another's name.
        foreach (var line in text.Split('\n')[..^1])
        {
            if (line.Length < 2 || !Thing.TryParse(line[2..], out var thing)) continue;
            if (line[0] is '+') Add(thing, things);
            else Remove(thing, things);
        }
    }

    private static bool Add(Thing thing, Dictionary<Unit, HashSet<Thing>> things)
    {
        if (!things.TryGetValue(thing.Owner, out var owned)) things[thing.Owner] = owned = [];
        return owned.Add(thing);
    }

    private static bool Remove(Thing thing, Dictionary<Unit, HashSet<Thing>> things)
    {
        if (!things.TryGetValue(thing.Owner, out var owned) || !owned.Remove(thing)) return false;
        if (owned.Count == 0) things.Remove(thing.Owner);
        return true;
    }
}
