using System.Text;
using Firstlight.Api.Tests.Support;
using Firstlight.Metadata.Instances;

namespace Firstlight.Api.Tests;

public sealed class PasswordTests
{
    private const string Path = "/openstack/latest/password";
    private static readonly Instance Target = RecordedInstances.All["pwtarget"];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_posted_password_is_read_back_at_once_and_cannot_be_replaced(bool storeTellsChanges)
    {
        await using var api = await StartAsync(storeTellsChanges);
        Assert.Equal("", (await api.SendAsync(Target, Path)).Text);
        Assert.Equal(200, (await api.SendAsync(Target, Path, "POST", "c2VjcmV0"u8.ToArray())).Status);
        Assert.Equal("c2VjcmV0", (await api.SendAsync(Target, Path)).Text);
        Assert.Equal(409, (await api.SendAsync(Target, Path, "POST", "other"u8.ToArray())).Status);
        Assert.Equal("c2VjcmV0", (await api.SendAsync(Target, Path)).Text);
    }

    [Theory]
    [InlineData(1020, 200)]
    [InlineData(1021, 400)]
    public async Task A_password_has_at_most_1020_bytes(int length, int status)
    {
        await using var api = await StartAsync();
        Assert.Equal(status, (await api.SendAsync(Target, Path, "POST", [.. Enumerable.Repeat((byte)'x', length)])).Status);
    }

    [Fact]
    public async Task A_conflict_comes_before_the_size()
    {
        await using var api = await StartAsync();
        Assert.Equal(409, (await api.SendAsync(RecordedInstances.All["withpassword"], Path, "POST", new byte[2000])).Status);
    }

    [Fact]
    public async Task A_declared_length_alone_is_refused_without_the_body()
    {
        await using var api = await StartAsync();
        var response = await api.SendAsync(Target, Path, "POST", body: null, chunked: false, ("Content-Length", "5000"));
        Assert.Equal(400, response.Status);
        Assert.Contains("Request is too large.", response.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chunked_password_needs_a_length()
    {
        await using var api = await StartAsync();
        Assert.Equal(411, (await api.SendAsync(Target, Path, "POST", "x"u8.ToArray(), chunked: true)).Status);

        await using var strict = await StartAsync(options: new ApiOptions { StrictNova = true });
        Assert.Equal(500, (await strict.SendAsync(Target, Path, "POST", "x"u8.ToArray(), chunked: true)).Status);
    }

    [Fact]
    public async Task A_password_that_is_not_text_is_refused()
    {
        await using var api = await StartAsync();
        Assert.Equal(400, (await api.SendAsync(Target, Path, "POST", [0xff, 0xfe])).Status);
    }

    [Fact]
    public async Task A_password_beyond_the_basic_plane_is_kept()
    {
        await using var api = await StartAsync();
        Assert.Equal(200, (await api.SendAsync(Target, Path, "POST", Encoding.UTF8.GetBytes("\U0001F511"))).Status);
        Assert.Equal("\U0001F511", (await api.SendAsync(Target, Path)).Text);
    }

    [Fact]
    public async Task An_instance_that_is_gone_takes_no_password()
    {
        await using var api = await StartAsync();
        await api.SendAsync(Target, Path);
        api.Source.Remove(Target.Id);
        var response = await api.SendAsync(Target, Path, "POST", "x"u8.ToArray());
        Assert.Equal(400, response.Status);
        Assert.Contains($"Instance {Target.Id} could not be found.", response.Text, StringComparison.Ordinal);
    }

    private static Task<RunningApi> StartAsync(bool storeTellsChanges = false, ApiOptions? options = null) =>
        RunningApi.StartAsync(new FixtureSource(RecordedInstances.All.Values, storeTellsChanges), options ?? new ApiOptions());
}
