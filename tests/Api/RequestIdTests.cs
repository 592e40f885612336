using Firstlight.Api.Tests.Support;
using Firstlight.Metadata.Identity;
using Microsoft.Extensions.Logging;

namespace Firstlight.Api.Tests;

public sealed class RequestIdTests
{
    private const string Id = "req-0b1c2d3e-4f50-4617-8899-aabbccddeeff";

    [Theory]
    [InlineData(Id, Id)]
    [InlineData("REQ-0b1c2d3e-4f50-4617-8899-aabbccddeeff", "-")]
    [InlineData("req-0B1C2D3E-4F50-4617-8899-AABBCCDDEEFF", "-")]
    [InlineData("req-0b1c2d3e4f5046178899aabbccddeeff", "-")]
    [InlineData("req-0b1c2d3e-4f50-4617-8899-aabbccddeef", "-")]
    [InlineData("req-0x1c2d3e-4f50-4617-8899-aabbccddeeff", "-")]
    [InlineData("req-{ab1c2d3e-4f50-4617-8899-aabbccddee}", "-")]
    [InlineData("forged line", "-")]
    [InlineData(null, "-")]
    public async Task Only_openstacks_form_of_an_id_gets_into_the_log(string? sent, string logged)
    {
        var log = new RecordedLog();
        await using var api = await RunningApi.StartAsync(new FixtureSource(RecordedInstances.All.Values), new ApiOptions(), logger: log);
        var instance = RecordedInstances.All["plain"];

        var reply = await api.SendAsync(instance, "/openstack", more: sent is null ? [] : [(HeaderNames.RequestId, sent)]);

        Assert.Equal(200, reply.Status);
        Assert.DoesNotContain(reply.Headers, header => header.Name.Contains("request-id", StringComparison.OrdinalIgnoreCase));
        Assert.EndsWith($"({logged}) ", Assert.Single(log.Lines, line => line.Level == LogLevel.Debug).Text);
    }

    [Fact]
    public void New_ids_are_uuids_of_version_4_and_all_different()
    {
        var ids = Enumerable.Range(0, 10_000).Select(_ => RequestId.Next().ToString()).ToList();

        Assert.Equal(ids.Count, ids.Distinct(StringComparer.Ordinal).Count());
        Assert.All(ids, id =>
        {
            Assert.Matches("^req-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", id);
            Assert.Equal(id, RequestId.Read(id).ToString());
        });
    }

    [Fact]
    public void New_id_costs_nothing_until_it_is_read()
    {
        var last = RequestId.Next();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) last = RequestId.Next();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.False(last.IsNone);
    }
}
