using BenchmarkDotNet.Attributes;
using Firstlight.Api;
using Firstlight.Metadata.Identity;
using Microsoft.Extensions.Logging.Abstractions;

namespace Firstlight.Micro;

/// <summary>The metadata API without its sockets: verify, find the snapshot, answer.</summary>
public class Answers
{
    private SampleCloud _cloud = null!;
    private MetadataApi _api = null!;
    private MetadataApi _forgetful = null!;
    private MetadataRequest _request = null!;

    [GlobalSetup]
    public void SetUp()
    {
        _cloud = new SampleCloud(1000);
        var signature = new Signature("secret");
        _api = New(signature, new ApiOptions());
        // Every snapshot is too large to be kept.
        _forgetful = New(signature, new ApiOptions { SnapshotCacheBytes = 0 });
        _request = new MetadataRequest
        {
            Method = "GET", Target = "/openstack/latest/meta_data.json", InstanceId = _cloud.Id.Value, Signature = signature.Sign(_cloud.Id),
            TenantId = _cloud.Instance.ProjectId.Value, ForwardedFor = _cloud.Query.Address.ToString(), Accept = "*/*",
        };
        if (Cached() != 200 || Cold().GetAwaiter().GetResult() != 200) throw new InvalidOperationException("it does not answer");
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _api.Dispose();
        _forgetful.Dispose();
        _cloud.Dispose();
    }

    [Benchmark(Description = "answer meta_data.json from the cache")]
    public int Cached()
    {
        var answer = _api.AnswerAsync(_request, CancellationToken.None);
        // At once, or it was not cached; a task would be an allocation of the benchmark's own.
        return answer.IsCompletedSuccessfully ? answer.Result.Status : answer.AsTask().GetAwaiter().GetResult().Status;
    }

    [Benchmark(Description = "answer meta_data.json of an instance not asked for before")]
    public async Task<int> Cold() => (await _forgetful.AnswerAsync(_request, CancellationToken.None)).Status;

    private MetadataApi New(Signature signature, ApiOptions options) => new(options, signature, _cloud.Inventory.Instances, TimeProvider.System, NullLogger<MetadataApi>.Instance);
}
