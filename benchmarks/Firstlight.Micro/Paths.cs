using BenchmarkDotNet.Attributes;
using Firstlight.Metadata.Documents;

namespace Firstlight.Micro;

/// <summary>From a request target to what is asked for.</summary>
public class Paths
{
    [Benchmark(Description = "path: a spelling guests use")]
    public bool Known() => Snapshot.IsHot("/openstack/latest/meta_data.json");

    [Benchmark(Description = "path: any other spelling, decoded and normalised")]
    public bool Other() => PathResolution.TryResolve("/openstack//latest/./meta%5Fdata.json?x=1", out _);
}
