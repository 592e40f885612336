using BenchmarkDotNet.Attributes;
using Firstlight.Inventory;
using Firstlight.Metadata.Instances;

namespace Firstlight.Micro;

/// <summary>Who asks, and what there is to tell: our own inventory of 10,000 servers.</summary>
public class Lookups
{
    private SampleCloud _cloud = null!;
    private IPortDirectory _ports = null!;

    [GlobalSetup]
    public void SetUp()
    {
        _cloud = new SampleCloud(10_000);
        _ports = _cloud.Inventory.Ports;
        if (Port()?.InstanceId != _cloud.Id) throw new InvalidOperationException("the port was not found");
    }

    [GlobalCleanup]
    public void CleanUp() => _cloud.Dispose();

    [Benchmark(Description = "port of an address, 10,000 ports")]
    public FoundPort? Port()
    {
        var found = _ports.FindAsync(_cloud.Query, CancellationToken.None);
        // At once, from memory; a task would be an allocation of the benchmark's own.
        return (found.IsCompletedSuccessfully ? found.Result : found.AsTask().GetAwaiter().GetResult()).Port;
    }

    [Benchmark(Description = "facts of an instance from SQLite, 10,000 servers")]
    public async Task<Instance?> Facts() => await _cloud.Inventory.Instances.FindAsync(_cloud.Id, CancellationToken.None);
}
