using BenchmarkDotNet.Attributes;
using Firstlight.Metadata.Documents;
using Firstlight.Metadata.Documents.OpenStack;
using Firstlight.Metadata.Instances;

namespace Firstlight.Micro;

/// <summary>Documents of one instance, rendered for the first time; and one that was rendered before.</summary>
public class Documents
{
    private static readonly DateOnly Today = new(2026, 1, 1);
    private static readonly SnapshotSettings Settings = new();
    private Instance _instance = null!;
    private Snapshot _rendered = null!;

    [GlobalSetup]
    public void SetUp()
    {
        using var cloud = new SampleCloud(1);
        _instance = cloud.Instance;
        _rendered = New();
    }

    [Benchmark(Description = "a snapshot, nothing rendered")]
    public Snapshot New() => new(_instance, Settings, StaticVendorData.None, "10.77.1.1", Today);

    [Benchmark(Description = "render meta_data.json")]
    public int MetaData() => Rendered("/openstack/latest/meta_data.json");

    [Benchmark(Description = "render network_data.json")]
    public int NetworkData() => Rendered("/openstack/latest/network_data.json");

    [Benchmark(Description = "render vendor_data2.json")]
    public int VendorData() => Rendered("/openstack/latest/vendor_data2.json");

    [Benchmark(Description = "render user_data")]
    public int UserData() => Rendered("/openstack/latest/user_data");

    [Benchmark(Description = "render the listing of an OpenStack version")]
    public int Listing() => Rendered("/openstack/latest");

    [Benchmark(Description = "render the EC2 listing")]
    public int Ec2Listing() => Rendered("/latest/meta-data");

    [Benchmark(Description = "render an EC2 item")]
    public int Ec2Item() => Rendered("/latest/meta-data/public-keys/0/openssh-key");

    [Benchmark(Description = "meta_data.json again, with a new random_seed")]
    public int MetaDataAgain() => Again("/openstack/latest/meta_data.json");

    [Benchmark(Description = "network_data.json again")]
    public int NetworkDataAgain() => Again("/openstack/latest/network_data.json");

    private int Rendered(string path) => Content(New().Find(path), path);

    private int Again(string path) => _rendered.TryGetHot(path, out var entry) ? Content(entry, path) : Rendered(path);

    private static int Content(SnapshotEntry entry, string path) =>
        entry.Outcome == SnapshotOutcome.Document ? entry.Content().Length : throw new InvalidOperationException($"{path} is no document");
}
