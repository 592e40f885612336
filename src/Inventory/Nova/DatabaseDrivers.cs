using System.Data.Common;
using Firstlight.Inventory.MariaDb;
using Npgsql;

namespace Firstlight.Inventory.Nova;

/// <summary>Opens data sources for database URLs.</summary>
public static class DatabaseDrivers
{
    // The driver's last resort, after every deadline of ours.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>The opener for Nova's databases.</summary>
    /// <param name="options">Pool size and deadline of each database.</param>
    public static Func<SqlAlchemyUrl, DbDataSource> Opener(NovaOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return url => url.Kind == DatabaseKind.MySql ? MySql(url, options) : PostgreSql(url, options);
    }

    private static MariaDbDataSource MySql(SqlAlchemyUrl url, NovaOptions options) => new(new MariaDbConnectionSettings
    {
        // The client library tries several hosts in turn, each with its own port.
        Host = url.Hosts.Count switch
        {
            0 => "localhost",
            1 => url.Hosts[0].Name,
            _ => string.Join(',', url.Hosts),
        },
        Port = url.Hosts is [{ Port: { } port }] ? port : 3306,
        UnixSocket = url.UnixSocket,
        User = url.Username ?? Environment.UserName,
        Password = url.Password ?? "",
        Database = url.Database.Length > 0 ? url.Database : null,
        Tls = url.Tls.Demand >= TlsDemand.Required
            ? new MariaDbTls(url.Tls.CaFile, url.Tls.CertificateFile, url.Tls.KeyFile, url.Tls.Demand >= TlsDemand.VerifyCa)
            : null,
        ConnectTimeout = options.CellTimeout,
        CommandTimeout = options.CellTimeout,
        ReadTimeout = options.CellTimeout + Grace,
        WriteTimeout = options.CellTimeout + Grace,
        MaxPoolSize = options.PoolSize,
        ContinuesOnThread = true,
    });

    private static PostgreSqlSource PostgreSql(SqlAlchemyUrl url, NovaOptions options)
    {
        var text = new NpgsqlConnectionStringBuilder
        {
            Host = url.UnixSocket ?? (url.Hosts.Count > 0 ? string.Join(',', url.Hosts.Select(host => Host(host, url.Hosts.Count))) : "localhost"),
            Username = url.Username,
            Password = url.Password,
            Database = url.Database.Length > 0 ? url.Database : null,
            ApplicationName = "firstlight",
            MaxPoolSize = options.PoolSize,
            Timeout = Seconds(options.CellTimeout),
            CommandTimeout = Seconds(options.CellTimeout),
            CancellationTimeout = -1,
            SslMode = url.Tls.Demand switch
            {
                TlsDemand.Disabled => SslMode.Disable,
                TlsDemand.Preferred => SslMode.Prefer,
                TlsDemand.Required => SslMode.Require,
                TlsDemand.VerifyCa => SslMode.VerifyCA,
                _ => SslMode.VerifyFull,
            },
            RootCertificate = url.Tls.CaFile,
            SslCertificate = url.Tls.CertificateFile,
            SslKey = url.Tls.KeyFile,
        };
        if (url.Hosts is [{ Port: { } port }]) text.Port = port;
        else if (url.Query.TryGetValue("port", out var named) && int.TryParse(named, out var socketPort)) text.Port = socketPort;

        return new PostgreSqlSource(text, settings =>
        {
            var builder = new NpgsqlSlimDataSourceBuilder(settings);
            if (url.Tls.Demand != TlsDemand.Disabled) builder.EnableTransportSecurity();
            return builder.Build();
        });
    }

    // Npgsql wants the port beside the host only where there are several.
    private static string Host(DatabaseHost host, int hosts) => hosts == 1 ? host.Name : host.ToString();

    private static int Seconds(TimeSpan time) => Math.Max(1, (int)Math.Ceiling(time.TotalSeconds));
}
