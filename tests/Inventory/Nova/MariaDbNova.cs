using Firstlight.Tests.Support;

namespace Firstlight.Inventory.Tests.Nova;

/// <summary>A private MariaDB with the recorded databases on it.</summary>
public sealed class MariaDbNova : INovaServer, IDisposable
{
    private const string Password = "l@b/p:ss";

    public MariaDbNova()
    {
        Server = new MariaDbServer();
        try
        {
            Server.Load(GoldenSeed.Path);
            foreach (var host in new[] { "%", "localhost" })
            {
                Server.Execute($"CREATE USER lab@'{host}' IDENTIFIED BY '{Password}'; CREATE USER reader@'{host}' IDENTIFIED BY '{Password}'");
                foreach (var database in GoldenSeed.Databases) Server.Execute($"GRANT ALL ON {database}.* TO lab@'{host}'; GRANT SELECT ON {database}.* TO reader@'{host}'");
            }

            foreach (var database in GoldenSeed.Databases)
                Server.Execute($"UPDATE cell_mappings SET database_connection = '{Url(database)}' WHERE database_connection LIKE '%/{database}?%'", "nova_api");
        }
        catch
        {
            Server.Dispose();
            throw;
        }
    }

    public MariaDbServer Server { get; }

    public string Url(string database) => $"mysql+pymysql://lab:{Uri.EscapeDataString(Password)}@127.0.0.1:{Server.Port}/{database}?charset=utf8mb4";

    public string ReadOnlyUrl(string database) => $"mysql+mysqldb://reader:{Uri.EscapeDataString(Password)}@localhost/{database}?unix_socket={Server.UnixSocket}";

    public Task RunAsync(string database, string sql)
    {
        Server.Execute(sql, database);
        return Task.CompletedTask;
    }

    public Task<string?> AskAsync(string database, string sql)
    {
        var answer = Server.Execute(sql, database);
        return Task.FromResult(answer.Length == 0 ? null : answer.TrimEnd('\n'));
    }

    public void Dispose() => Server.Dispose();
}
