using Firstlight.Api.Tests.Support;

namespace Firstlight.Tests.Support;

/// <summary>Cases of this project's own recordings, sent to an API in this process.</summary>
internal sealed partial record GoldenCase
{
    public static IEnumerable<GoldenCase> Read(string profile, string group) => ReadFile(Path.Combine(RecordedInstances.Folder, profile, group + ".json"));

    public Task<RawResponse> SendAsync(RunningApi api) => SendAsync(api.EndPoint);
}
