using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Firstlight.Plumbing.Processes;

/// <summary>Remembers directories whose files were found as they should be: while the same is wanted and the kernel says that none was touched, they need not be read again. Thread-safe.</summary>
internal sealed class SettledFiles(TimeProvider time)
{
    // The kernel's clock of files goes in steps, and what was written within one looks the same: a file that is so young is read again.
    private static readonly TimeSpan Young = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<string, Look> _known = new(StringComparer.Ordinal);

    /// <summary>Looks at a directory, before anything is read.</summary>
    /// <param name="wanted">What its files follow from; another object is something else.</param>
    /// <param name="names">Its files.</param>
    /// <param name="directory">The directory.</param>
    public Look LookAt(object wanted, ReadOnlySpan<string> names, string directory)
    {
        var stamps = ImmutableArray.CreateBuilder<FileStamp>(names.Length);
        foreach (var name in names)
        {
            if (FileStamp.Of(Path.Combine(directory, name)) is not { } stamp) return new Look(directory, wanted, []);
            stamps.Add(stamp);
        }

        var seen = stamps.MoveToImmutable();
        var isSettled = _known.TryGetValue(directory, out var known) && ReferenceEquals(known.Wanted, wanted) && known.Stamps.SequenceEqual(seen);
        return new Look(directory, wanted, seen) { IsSettled = isSettled };
    }

    /// <summary>What was looked at is right, or was made so since: the next look tells.</summary>
    public void Note(Look look)
    {
        if (look.IsSettled || look.Stamps.IsEmpty) return;
        var now = time.GetUtcNow();
        if (look.Stamps.All(s => now - s.Changed > Young)) _known[look.Directory] = look;
    }

    /// <summary>Forgets a directory.</summary>
    public void Forget(string directory) => _known.TryRemove(directory, out _);

    /// <summary>Files of a directory at one moment.</summary>
    /// <param name="Directory">The directory.</param>
    /// <param name="Wanted">What they are to follow from.</param>
    /// <param name="Stamps">Of each; none where one is missing.</param>
    internal sealed record Look(string Directory, object Wanted, ImmutableArray<FileStamp> Stamps)
    {
        /// <summary>Whether they are those that were found right for the same.</summary>
        public bool IsSettled { get; init; }
    }
}
