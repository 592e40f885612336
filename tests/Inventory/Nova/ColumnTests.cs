using System.Text;
using Firstlight.Inventory.Nova;
using Firstlight.Inventory.Nova.Columns;
using FsCheck;
using FsCheck.Fluent;

namespace Firstlight.Inventory.Tests.Nova;

public sealed class ColumnTests
{
    // As Python 3.11's base64.b64decode answers.
    [Theory]
    [InlineData("", "")]
    [InlineData("YQ==", "a")]
    [InlineData("YWI=", "ab")]
    [InlineData("YWJj", "abc")]
    [InlineData("YW\nJj\r\n", "abc")]
    [InlineData("Y-W_J.j", "abc")]
    [InlineData("YQ==YWJj", "a")]
    [InlineData("YQ=x=YWJj", "a\f")]
    [InlineData("=YWJj", "abc")]
    [InlineData("YWJj=", "abc")]
    [InlineData("YQ", null)]
    [InlineData("YQ=", null)]
    [InlineData("Y", null)]
    [InlineData("***not base64***", null)]
    [InlineData("YWJjé", null)]
    public void User_data_decodes_as_Python_does(string text, string? decoded)
    {
        if (decoded is null) Assert.Throws<FormatException>(() => UserDataColumn.Decode(text));
        else Assert.Equal(decoded, Encoding.Latin1.GetString(UserDataColumn.Decode(text)));
    }

    [Fact]
    public void Any_user_data_survives_encoding() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => UserDataColumn.Decode(Convert.ToBase64String(bytes)).SequenceEqual(bytes)).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_password_survives_its_rows_in_any_order_of_rows() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), text =>
        {
            var password = string.Concat(text.Get.EnumerateRunes().Take(1020));
            var rows = PasswordRows.Split(password);
            var stored = rows.Index().Reverse().Select(row => KeyValuePair.Create<string?, string?>($"password_{row.Index}", row.Item));
            return rows.Length == 4 && rows.All(row => row.EnumerateRunes().Count() <= 255) && PasswordRows.Join(stored) == password;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_password_is_cut_by_characters_and_not_by_halves_of_them()
    {
        var rows = PasswordRows.Split(string.Concat(Enumerable.Repeat("\U0001F511", 256)));

        Assert.Equal([510, 2, 0, 0], rows.Select(row => row.Length));
    }

    [Theory]
    [InlineData("""{"nova_object.version": "1.4", "nova_object.data": {"cpuset": [3, 1], "cpu_policy": "dedicated"}}""", "1,3")]
    [InlineData("""{"nova_object.version": "1.4", "nova_object.data": {"cpuset": [3, 1], "cpu_policy": null}}""", "")]
    [InlineData("""{"nova_object.version": "1.6", "nova_object.data": {"cpuset": [], "pcpuset": [2], "cpu_policy": "dedicated"}}""", "2")]
    [InlineData("""{"nova_object.version": "1.6", "nova_object.data": {"cpuset": [0], "pcpuset": [2], "cpu_policy": "mixed"}}""", "2")]
    [InlineData("""{"id": 0, "cpus": "0-1", "mem": {"total": 512}}""", "")]
    public void Pinned_CPUs_are_found_in_old_and_new_cells(string cell, string cpus)
    {
        Assert.Equal(cpus, string.Join(',', ExtraColumns.DedicatedCpus("""{"nova_object.data": {"cells": [CELL]}}""".Replace("CELL", cell, StringComparison.Ordinal))));
        Assert.Equal(cpus, string.Join(',', ExtraColumns.DedicatedCpus("""{"cells": [CELL], "instance_uuid": "x"}""".Replace("CELL", cell, StringComparison.Ordinal))));
    }

    [Fact]
    public void A_key_of_before_key_types_is_an_ssh_key()
    {
        const string column = """{"nova_object.data": {"objects": [{"nova_object.version": "1.0", "nova_object.data": {"name": "k", "public_key": "ssh-rsa A", "later": {}}}]}}""";

        Assert.Equal(new("k", "ssh", "ssh-rsa A"), Assert.Single(ExtraColumns.KeyPairs(column)));
    }

    [Fact]
    public void An_interface_of_an_old_writer_has_its_versions_from_the_addresses_and_unknown_members_do_not_matter()
    {
        const string column = """
            [{"id": "v", "type": "of tomorrow", "new": [1], "network": {"id": "n", "meta": {"mtu": "1450", "injected": 1}, "subnets": [
              {"cidr": "10.0.0.0/8", "gateway": {"address": null}, "meta": {"enable_dhcp": true}},
              {"cidr": "fd00::/8", "ips": [{"address": "fd00::1"}], "routes": [{"cidr": "::/0", "gateway": null}]}]}}, {"id": null}]
            """;

        var vifs = NetworkInfoColumn.Read(column);

        var network = vifs[0].Network!;
        Assert.Equal((2, "of tomorrow", 1450, true), (vifs.Length, vifs[0].Type, network.Mtu, network.Injected));
        Assert.Equal([4, 6], network.Subnets.Select(subnet => subnet.Version));
        Assert.True(network.Subnets[0].EnableDhcp);
        Assert.Null(network.Subnets[0].Gateway);
        Assert.Equal("fd00::1", network.Subnets[1].Addresses[0].Address);
        Assert.Null(vifs[1].Network);
    }
}
