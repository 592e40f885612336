using System.Buffers;
using System.Collections.Immutable;
using Firstlight.Agent.Memory;
using Firstlight.Inventory;

namespace Firstlight.Agent.Forward;

/// <summary>The last good answer of each port and path, for the time the upstream is away.</summary>
internal sealed class StaleAnswers(AgentOptions options, TimeProvider time)
{
    // User data, the largest document in use, is at most 64 KiB.
    private const int MaxBody = 128 * 1024;
    private const int MaxTarget = 256;
    private const int Overhead = 256;

    // Spellings of one path that a guest could make up without end would push out other guests' answers.
    private static readonly SearchValues<string> Variants = SearchValues.Create(["?", "%", "//", "#"], StringComparison.Ordinal);
    private readonly RecentMap<Key, Entry> _entries = new(options.StaleMemory);

    public long Weight => _entries.Weight;

    public void Remember(FoundPort port, SignedRequest request, in UpstreamAnswer answer)
    {
        if (answer.Status != 200 || request.Method != "GET" || answer.Body.Length > MaxBody || options.StaleIfError <= TimeSpan.Zero) return;
        if (request.Target.Length > MaxTarget || request.Target.AsSpan().ContainsAny(Variants)) return;
        var key = new Key(port, request.Target);
        var now = time.GetTimestamp();
        // In process the same cached bytes come each time: then only the age changes.
        if (_entries.Find(key) is { } known && known.Answer.Equals(answer)) known.Confirm(now);
        else _entries.Set(key, new Entry(answer, Overhead + request.Target.Length * 2 + answer.Body.Length + Weigh(answer.Headers), now));
    }

    public UpstreamAnswer? Find(FoundPort port, SignedRequest request) =>
        request.Method == "GET" && _entries.Find(new Key(port, request.Target)) is { } entry && time.GetElapsedTime(entry.LastUsed) < options.StaleIfError
            ? entry.Answer
            : null;

    /// <summary>Forgets an answer that the upstream has since taken back.</summary>
    public void Forget(FoundPort port, SignedRequest request) => _entries.Remove(new Key(port, request.Target));

    private static int Weigh(ImmutableArray<KeyValuePair<string, string>> headers)
    {
        var weight = 0;
        foreach (var (name, value) in headers.IsDefault ? [] : headers) weight += Overhead / 4 + (name.Length + value.Length) * 2;
        return weight;
    }

    // The whole port: the same port with another instance or project is another guest.
    private readonly record struct Key(FoundPort Port, string Target);

    private sealed class Entry(UpstreamAnswer answer, long weight, long storedAt) : IRecent
    {
        private long _storedAt = storedAt;

        public UpstreamAnswer Answer => answer;

        public long LastUsed => Interlocked.Read(ref _storedAt);

        public long Weight => weight;

        public void Confirm(long timestamp) => Interlocked.Exchange(ref _storedAt, timestamp);
    }
}
