using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Firstlight.Inventory.Tests.Support;
using Npgsql;

namespace Firstlight.Inventory.Tests.Nova;

/// <summary>A private PostgreSQL with the recorded databases on it.</summary>
public sealed class PostgreSqlServer : INovaServer, IAsyncLifetime
{
    private const string Password = "l@b/p:ss";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("firstlight-pg-");
    private Process? _server;
    private int _port;

    public string Url(string database) => $"postgresql+psycopg2://lab:{Uri.EscapeDataString(Password)}@127.0.0.1:{_port}/{database}?sslmode=disable";

    public string ReadOnlyUrl(string database) => $"postgresql://reader:{Uri.EscapeDataString(Password)}@/{database}?host={Sockets}&port={_port}";

    public async Task RunAsync(string database, string sql)
    {
        await using var connection = await OpenAsync(database);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<string?> AskAsync(string database, string sql)
    {
        await using var connection = await OpenAsync(database);
        await using var command = new NpgsqlCommand(sql, connection);
        return (await command.ExecuteScalarAsync())?.ToString();
    }

    public async ValueTask InitializeAsync()
    {
        var programs = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").Order().LastOrDefault() : null;
        Assert.True(programs is not null, "PostgreSQL is missing: ./setup --test installs it");
        var secret = Path.Combine(_folder.FullName, "secret");
        await File.WriteAllTextAsync(secret, Password);
        Directory.CreateDirectory(Sockets);
        if (Environment.IsPrivilegedProcess) await RunProgramAsync("chown", "-R", "nobody:nogroup", _folder.FullName);

        var data = Path.Combine(_folder.FullName, "data");
        await RunProgramAsync([.. Unprivileged, $"{programs}/bin/initdb", "-D", data, "-U", "lab", "--auth=scram-sha-256", $"--pwfile={secret}", "-E", "UTF8", "--locale=C", "-N"]);
        _port = FreePort();
        string[] command = [.. Unprivileged, $"{programs}/bin/postgres", "-D", data, "-k", Sockets, "-p", $"{_port}", "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"];
        _server = Start(command);
        await Wait.UntilAsync(AnswersAsync, "PostgreSQL does not answer");

        await RunAsync("postgres", $"CREATE ROLE reader LOGIN PASSWORD '{Password}'");
        foreach (var (database, script) in GoldenSeed.ForPostgreSql())
        {
            await RunAsync("postgres", $"CREATE DATABASE {database}");
            await RunAsync(database, script);
            await RunAsync(database, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader");
            await RunAsync("nova_api", $"UPDATE cell_mappings SET database_connection = '{Url(database)}' WHERE database_connection LIKE '%/{database}?%'");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is { HasExited: false })
        {
            await RunProgramAsync("kill", "-INT", $"{_server.Id}");
            if (!_server.WaitForExit(TimeSpan.FromSeconds(10))) _server.Kill(entireProcessTree: true);
            await _server.WaitForExitAsync();
        }

        _server?.Dispose();
        _folder.Delete(recursive: true);
    }

    // The server refuses to be root; setpriv becomes it, so its process id is the server's.
    private static string[] Unprivileged => Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] : [];

    private string Sockets => Path.Combine(_folder.FullName, "run");

    private async Task<bool> AnswersAsync()
    {
        Assert.False(_server!.HasExited, $"PostgreSQL ended at once with {(_server.HasExited ? _server.ExitCode : 0)}");
        try
        {
            await using var connection = await OpenAsync("postgres");
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private async Task<NpgsqlConnection> OpenAsync(string database)
    {
        var connection = new NpgsqlConnection($"Host=127.0.0.1;Port={_port};Username=lab;Password={Password};Database={database};Pooling=false");
        await connection.OpenAsync();
        return connection;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task RunProgramAsync(params string[] command)
    {
        using var process = Start(command);
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', command)} exited with {process.ExitCode}");
    }

    private static Process Start(string[] command)
    {
        // Its chatter would fill a pipe nobody reads.
        var start = new ProcessStartInfo("/bin/sh") { ArgumentList = { "-c", "exec \"$@\" >/dev/null 2>&1", "sh" }, WorkingDirectory = "/" };
        foreach (var argument in command) start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }
}
