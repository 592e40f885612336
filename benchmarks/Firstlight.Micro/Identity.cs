using BenchmarkDotNet.Attributes;
using Firstlight.Metadata.Identity;

namespace Firstlight.Micro;

/// <summary>The signature of an instance id.</summary>
public class Identity
{
    private readonly Signature _signature = new("a secret of some length, as operators have it");
    private readonly InstanceId _id = new("e43099e8-148b-52fe-87c3-280fa99d9a7f");
    private string _signed = "";

    [GlobalSetup]
    public void SetUp() => _signed = _signature.Sign(_id);

    [Benchmark(Description = "sign an instance id")]
    public string Sign() => _signature.Sign(_id);

    [Benchmark(Description = "verify a signature")]
    public bool Verify() => _signature.Verify(_id, _signed);
}
