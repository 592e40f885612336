using System.Text;
using Firstlight.Metadata.Documents;
using Firstlight.Metadata.Documents.OpenStack;
using Firstlight.Metadata.Identity;
using Firstlight.Metadata.Instances;

namespace Firstlight.Metadata.Tests.Documents;

public sealed class UnreadablePartsTests
{
    private static readonly string[] Paths =
    [
        "/openstack/latest/meta_data.json", "/openstack/2012-08-10/meta_data.json", "/openstack/2016-06-30/meta_data.json", "/openstack/latest/user_data",
        "/openstack/latest/password", "/openstack/latest/network_data.json", "/openstack/latest/vendor_data.json", "/openstack/content/0000", "/openstack/latest",
        "/latest/user-data", "/latest/meta-data/", "/latest/meta-data/instance-id", "/latest/meta-data/instance-type", "/latest/meta-data/local-ipv4",
        "/latest/meta-data/public-ipv4", "/latest/meta-data/public-keys/0/openssh-key",
    ];

    private static readonly Instance Plain = new()
    {
        Id = new InstanceId("8c3b1f3e-0000-0000-0000-000000000001"),
        ProjectId = new ProjectId("6f70"),
        Name = "vm1",
        Hostname = "vm1",
        FlavorName = "m1.tiny",
        Ec2 = new Ec2Numbers(17, 3),
        KeyName = "k",
        KeyData = "ssh-rsa A",
    };

    [Theory]
    [InlineData(InstanceParts.None, "")]
    [InlineData(InstanceParts.UserData, "/openstack/latest/user_data /latest/user-data")]
    [InlineData(InstanceParts.NetworkInfo, "/openstack/latest/network_data.json /openstack/content/0000 /latest/meta-data/local-ipv4 /latest/meta-data/public-ipv4")]
    [InlineData(InstanceParts.Flavor, "/latest/meta-data/instance-type")]
    [InlineData(InstanceParts.KeyPairs, "/openstack/latest/meta_data.json /openstack/2012-08-10/meta_data.json /openstack/2016-06-30/meta_data.json")]
    [InlineData(InstanceParts.Metadata, "/openstack/latest/meta_data.json /openstack/2012-08-10/meta_data.json /openstack/2016-06-30/meta_data.json")]
    [InlineData(InstanceParts.Devices, "/openstack/latest/meta_data.json /openstack/2016-06-30/meta_data.json")]
    [InlineData(InstanceParts.Numa, "/openstack/latest/meta_data.json")]
    [InlineData(InstanceParts.Password, "/openstack/latest/password")]
    public void Only_the_documents_that_tell_an_unreadable_part_fail(InstanceParts faults, string failing)
    {
        var snapshot = Take(Plain with { Faults = faults });

        Assert.Equal(failing, string.Join(' ', Paths.Where(path => Find(snapshot, path).Outcome == SnapshotOutcome.Failed)));
    }

    [Fact]
    public void Keys_of_an_instance_without_a_key_name_are_not_missed() =>
        Assert.Equal(
            SnapshotOutcome.Document,
            Find(Take(Plain with { KeyName = null, Faults = InstanceParts.KeyPairs }), "/openstack/latest/meta_data.json").Outcome);

    [Fact]
    public void Unreadable_user_data_is_listed_all_the_same()
    {
        var snapshot = Take(Plain with { Faults = InstanceParts.UserData });

        Assert.Contains("user_data", Text(Find(snapshot, "/openstack/latest")), StringComparison.Ordinal);
        Assert.Contains("user-data", Text(Find(snapshot, "/latest")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_reason_names_the_part() =>
        Assert.Contains("NetworkInfo", Find(Take(Plain with { Faults = InstanceParts.NetworkInfo }), "/openstack/latest/network_data.json").Reason, StringComparison.Ordinal);

    private static SnapshotEntry Find(Snapshot snapshot, string path) => snapshot.Find(PathResolution.Normalise(path));

    private static string Text(SnapshotEntry entry) => Encoding.UTF8.GetString(entry.Content().Span);

    private static Snapshot Take(Instance instance) =>
        new(instance, new SnapshotSettings(), StaticVendorData.None, null, new DateOnly(2026, 11, 20));
}
