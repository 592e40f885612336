using System.Data.Common;
using Firstlight.Inventory.MariaDb.Connections;

namespace Firstlight.Inventory.MariaDb;

/// <summary>A database on a MariaDB or MySQL server, through Debian's <c>libmariadb3</c>, with a bounded pool of connections. Safe for all threads.</summary>
/// <remarks>
/// Used through ADO.NET's base classes alone, so that a driver from a package can take its place. Placeholders are <c>@name</c> or <c>?</c>; statements
/// are prepared and kept on each connection. Failures are <see cref="MariaDbException"/>. Each connection has a thread of its own for the
/// library's blocking calls; async members block nobody, and every member returns by its time limit even if the server stops answering.
/// </remarks>
public sealed class MariaDbDataSource : DbDataSource
{
    private readonly MariaDbConnectionSettings _settings;

    /// <summary>Opens nothing yet.</summary>
    /// <param name="settings">Where and how.</param>
    /// <param name="time">For time limits and idle lifetimes; null is the system's clock.</param>
    /// <exception cref="ArgumentException">A setting is out of its range; the message names it.</exception>
    public MariaDbDataSource(MariaDbConnectionSettings settings, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _settings = settings;
        Pool = new ConnectionPool(settings, time ?? TimeProvider.System);
    }

    /// <summary>The settings as text with the password masked. It cannot be parsed back.</summary>
    public override string ConnectionString => _settings.ToString();

    internal ConnectionPool Pool { get; }

    /// <inheritdoc/>
    protected override DbConnection CreateDbConnection() => new MariaDbConnection(Pool, _settings);

    /// <inheritdoc/>
    protected override async ValueTask DisposeAsyncCore()
    {
        await Pool.DisposeAsync();
        await base.DisposeAsyncCore();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) Pool.Dispose();
        base.Dispose(disposing);
    }
}
