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
internal readonly record struct Thing(Unit Owner, ThingKind Kind, string Name);

/// <summary>Names of all we made, on disk before we make them: however we end, the next start knows what may be taken away.
/// What existed before us is never written here, so it is used but never removed.</summary>
internal sealed class Journal : IDisposable
{
    private readonly Lock _lock = new();
    private readonly HashSet<Thing> _things = [];
    private readonly FileStream _file;

    private Journal(string path)
    {
        if (File.Exists(path)) Replay(File.ReadAllLines(path));

        // Rewritten once at each start, so that it does not grow for ever; beside and renamed, so that a crash here loses nothing.
        var beside = path + ".new";
        using (var compact = new FileStream(beside, FileMode.Create, FileAccess.Write))
        {
            compact.Write(Encoding.UTF8.GetBytes(string.Concat(_things.Select(t => Line('+', t)))));
            compact.Flush(flushToDisk: true);
        }

        File.Move(beside, path, overwrite: true);
        _file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
    }

    /// <summary>Opens the journal of a state directory, or starts one.</summary>
    public static Journal Open(string stateDirectory)
    {
        var directory = Directory.CreateDirectory(Path.Combine(stateDirectory, "plumbing"));
        return new Journal(Path.Combine(directory.FullName, "journal"));
    }

    /// <summary>Whether a thing is ours.</summary>
    public bool Has(Thing thing)
    {
        lock (_lock) return _things.Contains(thing);
    }

    /// <summary>Everything of one owner, in the order it must be taken away.</summary>
    public IReadOnlyList<Thing> Of(Unit owner)
    {
        lock (_lock) return [.. _things.Where(t => t.Owner == owner).OrderBy(t => t.Kind).ThenBy(t => t.Name, StringComparer.Ordinal)];
    }

    /// <summary>Names of all of one kind.</summary>
    public IReadOnlyList<string> NamesOf(ThingKind kind)
    {
        lock (_lock) return [.. _things.Where(t => t.Kind == kind).Select(t => t.Name)];
    }

    /// <summary>All who own anything.</summary>
    public IReadOnlyList<Unit> Owners()
    {
        lock (_lock) return [.. _things.Select(t => t.Owner).Distinct().OrderBy(o => o.ToString(), StringComparer.Ordinal)];
    }

    /// <summary>Writes down what is about to be made, and returns when it is on disk.</summary>
    public void Record(params ReadOnlySpan<Thing> things)
    {
        lock (_lock)
        {
            var lines = new StringBuilder();
            foreach (var thing in things)
            {
                if (_things.Add(thing)) lines.Append(Line('+', thing));
            }

            if (lines.Length > 0) Append(lines.ToString());
        }
    }

    /// <summary>Strikes out what is gone.</summary>
    public void Forget(Thing thing)
    {
        lock (_lock)
        {
            if (_things.Remove(thing)) Append(Line('-', thing));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private void Append(string lines)
    {
        _file.Write(Encoding.UTF8.GetBytes(lines));
        _file.Flush(flushToDisk: true);
    }

    private static string Line(char sign, Thing thing) => $"{sign} {thing.Owner} {thing.Kind} {thing.Name}\n";

    private void Replay(string[] lines)
    {
        foreach (var line in lines)
        {
            // A line torn by a crash was not on disk yet, so what it names was not made yet.
            var fields = line.Split(' ');
            if (fields.Length != 4 || !Unit.TryParse(fields[1], out var owner) || !Enum.TryParse<ThingKind>(fields[2], out var kind)) continue;
            var thing = new Thing(owner, kind, fields[3]);
            if (fields[0] is "+") _things.Add(thing);
            else _things.Remove(thing);
        }
    }
}
