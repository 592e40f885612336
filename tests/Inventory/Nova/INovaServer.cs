namespace Firstlight.Inventory.Tests.Nova;

/// <summary>A database server with the recorded databases of Nova on it, started by the test.</summary>
public interface INovaServer
{
    /// <summary>SQLAlchemy URL of one of its databases, for an account that may write.</summary>
    string Url(string database);

    /// <summary>SQLAlchemy URL of one of its databases, for an account that may only read.</summary>
    string ReadOnlyUrl(string database);

    /// <summary>Runs statements in one of its databases.</summary>
    Task RunAsync(string database, string sql);

    /// <summary>The first value of a query as text, null for none.</summary>
    Task<string?> AskAsync(string database, string sql);
}
