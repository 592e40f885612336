using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;
using Firstlight.Inventory.Own.Storage;
using Firstlight.Inventory.Tests.Support;
using Microsoft.Data.Sqlite;

namespace Firstlight.Inventory.Tests.Own;

public sealed class StoreFileTests : IDisposable
{
    private readonly StoreDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_new_store_is_its_owners_alone()
    {
        var path = Path.Combine(_directory.Root, "state", "inventory.sqlite");

        using (var inventory = OwnInventory.Open(path)) Assert.Equal(0, inventory.Read().Revision);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute,
            File.GetUnixFileMode(Path.GetDirectoryName(path)!));
        Assert.Equal(["inventory.sqlite"], Directory.GetFiles(Path.GetDirectoryName(path)!).Select(Path.GetFileName));
    }

    [Fact]
    public void A_store_is_in_write_ahead_mode_with_our_application_id()
    {
        OwnInventory.Open(_directory.File).Dispose();

        Assert.Equal("wal", Ask("PRAGMA journal_mode"));
        Assert.Equal((long)StoreHeader.ApplicationId, Ask("PRAGMA application_id"));
        Assert.Equal((long)Migrations.Newest, Ask("PRAGMA user_version"));
        Assert.Equal("ok", Ask("PRAGMA integrity_check"));
    }

    [Fact]
    public void What_was_stored_is_read_back_after_reopening()
    {
        Cloud stored;
        using (var inventory = OwnInventory.Open(_directory.File)) stored = inventory.Change(c => Clouds.Apply(c, Clouds.Blue));

        using var again = OwnInventory.Open(_directory.File);
        var read = again.Read();

        Assert.Equal(stored.Revision, read.Revision);
        Assert.Equal(1, read.Revision);
        using var writer = new CloudWriter(new SqliteConnection(), stored, read);
        Assert.False(writer.Write());
        Assert.Equal(stored.Servers.Count + stored.Ports.Count + stored.Subnets.Count, read.Servers.Count + read.Ports.Count + read.Subnets.Count);
    }

    [Theory]
    [InlineData("text")]
    [InlineData("short")]
    [InlineData("foreign")]
    [InlineData("foreign wal")]
    [InlineData("newer")]
    [InlineData("truncated")]
    public void A_file_that_is_not_ours_is_refused_and_left_as_it_was(string kind)
    {
        SystemSqlite.Bind();
        switch (kind)
        {
            case "text": File.WriteAllText(_directory.File, new string('x', 5000)); break;
            case "short": File.WriteAllText(_directory.File, "hello"); break;
            case "foreign": Execute("CREATE TABLE t (a); INSERT INTO t VALUES (1)"); break;
            case "foreign wal": Execute("PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (1)"); break;
            case "newer":
                OwnInventory.Open(_directory.File).Dispose();
                Execute($"PRAGMA user_version = {Migrations.Newest + 1}");
                break;
            default:
                OwnInventory.Open(_directory.File).Dispose();
                using (var file = File.OpenWrite(_directory.File)) file.SetLength(file.Length / 2);
                break;
        }
        var (hash, names) = (_directory.Hash(), _directory.Names());

        var e = Assert.Throws<InventoryBrokenException>(() => OwnInventory.Open(_directory.File));

        Assert.Contains(_directory.File, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
        Assert.Equal(hash, _directory.Hash());
        Assert.Equal(names, _directory.Names());
    }

    [Fact]
    public void A_corrupt_page_is_reported_and_the_file_left_as_it_was()
    {
        using (var inventory = OwnInventory.Open(_directory.File)) inventory.Change(c => Clouds.Apply(c, Clouds.Blue));
        using (var file = File.OpenWrite(_directory.File))
        {
            file.Position = 4096;
            file.Write(Enumerable.Repeat((byte)0xaa, (int)file.Length - 4096).ToArray());
        }
        var (hash, names) = (_directory.Hash(), _directory.Names());

        Assert.Throws<InventoryBrokenException>(() =>
        {
            using var inventory = OwnInventory.Open(_directory.File);
            inventory.Read();
        });

        Assert.Equal(hash, _directory.Hash());
        Assert.Equal(names, _directory.Names());
    }

    [Fact]
    public void An_unreadable_row_is_reported_as_broken()
    {
        using (var inventory = OwnInventory.Open(_directory.File)) inventory.Change(c => Clouds.Apply(c, Clouds.Blue));
        Execute("UPDATE subnets SET cidr = 'nonsense' WHERE name = 'blue-v4'");

        using var again = OwnInventory.Open(_directory.File);
        Assert.Contains("unreadable", Assert.Throws<InventoryBrokenException>(() => again.Read()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_locked_store_is_unavailable_after_the_timeout_and_works_again_after()
    {
        using var inventory = OwnInventory.Open(_directory.File, TimeSpan.FromMilliseconds(50));
        using (var other = Connect())
        {
            Statement.Run(other, "BEGIN IMMEDIATE");
            var e = Assert.Throws<InventoryUnavailableException>(() => inventory.Change(c => Clouds.Apply(c, Clouds.Blue)));
            Assert.Contains("locked", e.Message, StringComparison.Ordinal);
            inventory.Probe();
        }
        Assert.Equal(1, inventory.Change(c => Clouds.Apply(c, Clouds.Blue)).Revision);
    }

    [Fact]
    public void A_directory_in_place_of_the_file_is_unavailable()
    {
        Directory.CreateDirectory(_directory.File);
        Assert.Throws<InventoryUnavailableException>(() => OwnInventory.Open(_directory.File));
    }

    [Fact]
    public void A_missing_library_is_said_in_one_line_with_the_fix()
    {
        var e = Assert.Throws<InventoryUnavailableException>(() => SystemSqlite.Load("libsqlite3-not-there.so.0"));
        Assert.Equal("libsqlite3-not-there.so.0 is missing: apt-get install libsqlite3-0, or run ./setup", e.Message);
    }

    [Fact]
    public async Task Many_openers_at_once_make_one_store()
    {
        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => OwnInventory.Open(_directory.File))));
        all[0].Change(c => Clouds.Apply(c, Clouds.Blue));
        Assert.All(all, inventory => Assert.Equal(1, inventory.Read().Revision));
        foreach (var inventory in all) inventory.Dispose();
        Assert.Equal(["inventory.sqlite"], _directory.Names());
    }

    [Fact]
    public void An_empty_file_becomes_a_store()
    {
        File.WriteAllBytes(_directory.File, []);
        using var inventory = OwnInventory.Open(_directory.File);
        Assert.Equal(0, inventory.Read().Revision);
    }

    private SqliteConnection Connect()
    {
        var connection = new SqliteConnection($"Data Source={_directory.File};Pooling=False");
        connection.Open();
        return connection;
    }

    private void Execute(string sql)
    {
        using var connection = Connect();
        Statement.Run(connection, sql);
    }

    private object? Ask(string sql)
    {
        using var connection = Connect();
        using var command = Statement.Create(connection, sql, []);
        return command.ExecuteScalar();
    }
}
