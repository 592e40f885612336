using Firstlight.Inventory.MariaDb;
using Firstlight.Inventory.MariaDb.Native;

namespace Firstlight.Inventory.Tests.MariaDb;

public sealed class SettingsTests
{
    private static readonly MariaDbConnectionSettings Settings = new() { User = "nova", Password = "hunter2", Database = "nova_api", Host = "db.example" };

    [Fact]
    public void The_password_is_never_printed()
    {
        using var source = new MariaDbDataSource(Settings);
        using var connection = source.CreateConnection();
        string[] texts = [Settings.ToString(), $"{Settings}", source.ConnectionString, connection.ConnectionString, connection.DataSource, Settings.Target];

        Assert.All(texts, text => Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal));
        Assert.Equal("nova:***@db.example:3306/nova_api", Settings.ToString());
    }

    [Fact]
    public void A_target_is_named_the_way_people_write_it()
    {
        Assert.Equal("[fd00::1]:3307/nova", (Settings with { Host = "fd00::1", Port = 3307, Database = "nova" }).Target);
        Assert.Equal("/run/mysqld/mysqld.sock", (Settings with { UnixSocket = "/run/mysqld/mysqld.sock", Database = null }).Target);
        Assert.Equal("nova:***@db.example:3306/nova_api (TLS)", (Settings with { Tls = new MariaDbTls() }).ToString());
    }

    [Fact]
    public void A_setting_out_of_range_is_named_before_anything_is_opened()
    {
        Refused(Settings with { Port = 0 }, "Port");
        Refused(Settings with { MaxPoolSize = 0 }, "MaxPoolSize");
        Refused(Settings with { ConnectTimeout = TimeSpan.Zero }, "ConnectTimeout");
        Refused(Settings with { StatementCacheSize = 0 }, "StatementCacheSize");
        Refused(Settings with { Password = "a\0b" }, "Password");
        Refused(Settings with { UnixSocket = "/" + new string('x', 107) }, "UnixSocket");

        static void Refused(MariaDbConnectionSettings settings, string name)
        {
            var message = Assert.Throws<ArgumentException>(() => new MariaDbDataSource(settings)).Message;
            Assert.StartsWith(name + " ", message, StringComparison.Ordinal);
            Assert.DoesNotContain("a\0b", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_missing_library_is_named_with_the_package_that_has_it()
    {
        var failure = Assert.Throws<MariaDbException>(() => ClientLibrary.Load("libmariadb-absent.so.3"));

        Assert.Equal("libmariadb-absent.so.3 is missing: apt-get install libmariadb3, or run ./setup", failure.Message);
        Assert.Equal(MariaDbFailure.LibraryMissing, failure.Failure);
    }
}
