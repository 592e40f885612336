using System.Globalization;
using System.Text;
using Firstlight.Metadata.Documents;
using Firstlight.Metadata.Documents.OpenStack;
using Firstlight.Metadata.Identity;
using Firstlight.Metadata.Instances;

namespace Firstlight.Metadata.Tests.Documents;

public sealed class SnapshotTests
{
    private static readonly Instance Plain = new()
    {
        Id = new InstanceId("8c3b1f3e-0000-0000-0000-000000000001"),
        ProjectId = new ProjectId("6f70"),
        Name = "vm1",
        Hostname = "vm1",
        FlavorName = "m1.tiny",
        Ec2 = new Ec2Numbers(17, 3),
        AvailabilityZone = "nova",
        ReservationId = "r-0abc12de",
        ImageRef = "70a5",
        BlockDevices = new BlockDevices { RootDeviceName = "/dev/vda" },
    };

    [Theory]
    [InlineData("2020-10-13", "2018-08-27")]
    [InlineData("2020-10-14", "2020-10-14")]
    [InlineData("2025-04-03", "2020-10-14")]
    [InlineData("2025-04-04", "2025-04-04")]
    public void Versions_of_the_future_are_hidden(string today, string last)
    {
        var versions = Text(Take(Plain, today: today).Find("/openstack")).Split('\n');
        Assert.Equal(["2012-08-10", last, "latest"], [versions[0], versions[^2], versions[^1]]);
    }

    [Fact]
    public void Versions_of_the_future_can_be_asked() =>
        Assert.Equal(SnapshotOutcome.Document, Take(Plain, today: "2013-01-01").Find("/openstack/2020-10-14/meta_data.json").Outcome);

    [Fact]
    public void Versions_beyond_the_newest_configured_are_unknown()
    {
        var zed = Take(Plain, new SnapshotSettings { NewestVersion = OpenStackVersions.Zed });
        Assert.Equal(SnapshotOutcome.NotFound, zed.Find("/openstack/2025-04-04/meta_data.json").Outcome);
        Assert.EndsWith("2020-10-14\nlatest", Text(zed.Find("/openstack")), StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_newest_version_is_refused() =>
        Assert.Throws<ArgumentException>(() => Take(Plain, new SnapshotSettings { NewestVersion = "2030-01-01" }));

    [Theory]
    [InlineData("2012-08-10", "meta_data.json")]
    [InlineData("2013-04-04", "meta_data.json password")]
    [InlineData("2013-10-17", "meta_data.json password vendor_data.json")]
    [InlineData("2015-10-15", "meta_data.json password vendor_data.json network_data.json")]
    [InlineData("latest", "meta_data.json password vendor_data.json network_data.json vendor_data2.json")]
    public void A_version_lists_its_files(string version, string files) =>
        Assert.Equal(files.Replace(' ', '\n'), Text(Take(Plain).Find($"/openstack/{version}")));

    [Fact]
    public void User_data_is_listed_and_served_even_when_empty()
    {
        var snapshot = Take(Plain with { UserData = new UserData(ReadOnlyMemory<byte>.Empty) });
        Assert.Equal("meta_data.json\nuser_data", Text(snapshot.Find("/openstack/2012-08-10")));
        Assert.Equal((SnapshotOutcome.Document, 0), (snapshot.Find("/openstack/latest/user_data").Outcome, snapshot.Find("/openstack/latest/user_data").Length));
        Assert.Equal("meta-data/\nuser-data", Text(snapshot.Find("/latest")));
    }

    [Fact]
    public void Meta_data_is_written_in_Novas_order()
    {
        var text = Text(Take(Plain).Find("/openstack/latest/meta_data.json"));
        var seed = text.Split("\"random_seed\": \"")[1].Split('"')[0];
        Assert.Equal(512, Convert.FromBase64String(seed).Length);
        Assert.Equal(
            """{"uuid": "8c3b1f3e-0000-0000-0000-000000000001", "hostname": "vm1.novalocal", "name": "vm1", "launch_index": 0, "availability_zone": "nova", "random_seed": "", "project_id": "6f70", "devices": [], "dedicated_cpus": []}""",
            text.Replace(seed, "", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_equal_metadata_keys_the_first_keeps_its_place_and_the_last_its_value()
    {
        var instance = Plain with { Metadata = [new("b", "1"), new("a", "2"), new("b", "3")] };
        Assert.Contains("\"meta\": {\"b\": \"3\", \"a\": \"2\"}", Text(Take(instance).Find("/openstack/2012-08-10/meta_data.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void Shares_are_told_from_2025_on()
    {
        var instance = Plain with { Devices = [new TaggedDevice { Kind = DeviceKind.Share, ShareId = "s", Tag = "t" }] };
        const string share = """{"type": "share", "share_id": "s", "tag": "t", "bus": "none", "address": "none"}""";
        Assert.Contains($"\"devices\": [{share}]", Text(Take(instance).Find("/openstack/latest/meta_data.json")), StringComparison.Ordinal);
        Assert.Contains("\"devices\": []", Text(Take(instance).Find("/openstack/2020-10-14/meta_data.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_is_listed_by_its_display_name()
    {
        var snapshot = Take(Plain with { KeyName = "mykey", KeyData = "ssh-ed25519 AAAA\n" });
        Assert.Contains("\npublic-keys/\n", Text(snapshot.Find("/latest/meta-data")), StringComparison.Ordinal);
        Assert.Equal("0=mykey", Text(snapshot.Find("/latest/meta-data/public-keys")));
        Assert.Equal("openssh-key", Text(snapshot.Find("/latest/meta-data/public-keys/0")));
        Assert.Equal("ssh-ed25519 AAAA\n", Text(snapshot.Find("/latest/meta-data/public-keys/0/openssh-key")));
        Assert.Equal("0=mykey", Text(snapshot.Find("/ec2/latest/meta-data/public-keys/0/_name")));
        Assert.Equal(SnapshotOutcome.NotFound, snapshot.Find("/latest/meta-data/public-keys/0=mykey").Outcome);
    }

    [Fact]
    public void Names_are_sorted_by_code_point()
    {
        var volumes = Enumerable.Range(0, 11).Select(i => new BlockDeviceMapping($"/dev/vd{(char)('b' + i)}", "volume", "volume", null));
        var snapshot = Take(Plain with { BlockDevices = Plain.BlockDevices with { Mappings = [.. volumes] } });
        Assert.Equal("ami\nebs0\nebs1\nebs10\nebs2", string.Join('\n', Text(snapshot.Find("/latest/meta-data/block-device-mapping")).Split('\n').Take(5)));
        Assert.Equal("/dev/vdl", Text(snapshot.Find("/latest/meta-data/block-device-mapping/ebs10")));
    }

    [Fact]
    public void A_volume_without_name_comes_first_and_prints_None()
    {
        var mappings = new BlockDeviceMapping[] { new("/dev/vdb", "volume", "volume", null), new(null, "volume", "volume", null) };
        var snapshot = Take(Plain with { BlockDevices = Plain.BlockDevices with { Mappings = [.. mappings] } });
        Assert.Equal("None", Text(snapshot.Find("/latest/meta-data/block-device-mapping/ebs0")));
        Assert.Equal("/dev/vdb", Text(snapshot.Find("/latest/meta-data/block-device-mapping/ebs1")));
    }

    [Fact]
    public void Without_a_root_device_the_fixed_mapping_is_told()
    {
        var snapshot = Take(Plain with { BlockDevices = new BlockDevices() });
        Assert.Equal("ami\nephemeral0\nroot\nswap", Text(snapshot.Find("/latest/meta-data/block-device-mapping")));
        Assert.Equal("sda1", Text(snapshot.Find("/latest/meta-data/block-device-mapping/ami")));
    }

    [Theory]
    [InlineData("/1.0/meta-data/public-ipv4", SnapshotOutcome.NotFound)]
    [InlineData("/2007-01-19/meta-data/public-ipv4", SnapshotOutcome.Document)]
    [InlineData("/2007-12-15/meta-data/placement", SnapshotOutcome.NotFound)]
    [InlineData("/2007-12-15/meta-data/placement/availability-zone", SnapshotOutcome.NotFound)]
    [InlineData("/2008-02-01/meta-data/placement/availability-zone", SnapshotOutcome.Document)]
    [InlineData("/latest/meta-data/kernel-id", SnapshotOutcome.NotFound)]
    [InlineData("/latest/meta-data/hostname/x", SnapshotOutcome.Crash)]
    [InlineData("/latest/meta-data/hostname/x/y", SnapshotOutcome.NotFound)]
    [InlineData("/latest/meta-data/security-groups/default", SnapshotOutcome.Crash)]
    [InlineData("/latest/meta-data/security-groups/other", SnapshotOutcome.NotFound)]
    [InlineData("/openstack/latest/content", SnapshotOutcome.Crash)]
    [InlineData("/openstack/1999-01-01/content", SnapshotOutcome.NotFound)]
    [InlineData("/openstack/content/0000", SnapshotOutcome.NotFound)]
    [InlineData("/openstackx", SnapshotOutcome.NotFound)]
    [InlineData("/ec2/ec2/latest", SnapshotOutcome.NotFound)]
    public void A_path_leads_where_it_does_in_Nova(string path, SnapshotOutcome outcome) =>
        Assert.Equal(outcome, Take(Plain with { SecurityGroups = ["default"] }).Find(path).Outcome);

    [Fact]
    public void The_hot_lookup_agrees_with_the_slow_one()
    {
        var snapshot = Take(Plain with { KeyName = "k", UserData = new UserData("x"u8.ToArray()) });
        foreach (var root in (string[])["/latest", "/1.0", "/2009-04-04"])
        {
            foreach (var item in KnownPaths.Ec2Items)
            {
                var path = item.Length == 0 ? root : $"{root}/{item}";
                Assert.True(snapshot.TryGetHot(path, out var hot));
                Assert.True(snapshot.TryGetHot("/ec2" + path + "/", out var slashed));
                Assert.Same(hot, slashed);
            }
        }

        Assert.False(snapshot.TryGetHot("/openstack/latest/meta_data.json?x", out _));
    }

    [Fact]
    public void A_document_is_rendered_once_and_counted()
    {
        var snapshot = Take(Plain);
        var size = snapshot.Size;
        Assert.Same(snapshot.Find("/openstack/latest/network_data.json"), snapshot.Find("/openstack/2012-08-10/network_data.json"));
        Assert.True(snapshot.Size > size);
    }

    [Fact]
    public void Without_addresses_the_client_is_told_its_own() =>
        Assert.Equal("10.0.0.250, 192.0.2.1", Text(Take(Plain, clientAddress: "10.0.0.250, 192.0.2.1").Find("/latest/meta-data/local-ipv4")));

    private static Snapshot Take(Instance instance, SnapshotSettings? settings = null, string today = "2026-11-20", string? clientAddress = null) =>
        new(instance, settings ?? new SnapshotSettings(), StaticVendorData.None, clientAddress, DateOnly.ParseExact(today, "yyyy-MM-dd", CultureInfo.InvariantCulture));

    private static string Text(SnapshotEntry entry)
    {
        Assert.Equal(SnapshotOutcome.Document, entry.Outcome);
        return Encoding.UTF8.GetString(entry.Content().Span);
    }
}
