using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Extensions.Logging;

namespace Firstlight.Inventory.Nova;

/// <summary>The databases opened so far, one for each distinct URL, kept for the life of the process. Thread-safe.</summary>
/// <param name="open">Opens a data source; makes no connection yet.</param>
/// <param name="options">Bounds and deadlines.</param>
/// <param name="time">Clock.</param>
/// <param name="logger">Log.</param>
internal sealed class NovaDatabases(Func<SqlAlchemyUrl, DbDataSource> open, NovaOptions options, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<NovaDatabase>> _databases = new(StringComparer.Ordinal);

    /// <summary>Those opened so far, by name.</summary>
    public IReadOnlyList<NovaDatabase> All =>
        [.. _databases.Values.Where(lazy => lazy.IsValueCreated).Select(lazy => lazy.Value).OrderBy(database => database.Name, StringComparer.Ordinal)];

    /// <summary>The database of a URL.</summary>
    public NovaDatabase Of(SqlAlchemyUrl url) =>
        _databases.GetOrAdd(url.Text, _ => new Lazy<NovaDatabase>(() => new NovaDatabase(url, open(url), options, time, logger))).Value;

    /// <summary>The database of a URL as it stands in the API database.</summary>
    /// <exception cref="FormatException">It cannot be read.</exception>
    public NovaDatabase Of(string url, string where) =>
        _databases.TryGetValue(url, out var known) ? known.Value : Of(SqlAlchemyUrl.Parse(url, where));

    public async ValueTask DisposeAsync()
    {
        foreach (var database in _databases.Values)
        {
            if (database.IsValueCreated) await database.Value.DisposeAsync();
        }
    }
}
