using System.Net.Sockets;
using Firstlight.Agent.Proxies;
using Firstlight.Agent.Tests.Support;
using Firstlight.Tests.Support;

namespace Firstlight.Agent.Tests.Proxies;

public sealed class ProxySocketFileTests : IDisposable
{
    private readonly SocketPlace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task Missing_directories_are_made_for_all_to_pass()
    {
        var path = Path.Combine(_place.Folder, "a", "b", "metadata_proxy");
        await using var agent = await _place.StartAsync(new AgentOptions { ProxySocket = new ProxySocketOptions(path) });

        Assert.Equal(["755", "755"], ((string[])["a", "a/b"]).Select(name => Ip.Tool("stat", "-c", "%a", Path.Combine(_place.Folder, name)).Trim()));
        Assert.Equal("instance /x", (await RawHttp.SendAsync(new UnixDomainSocketEndPoint(path), "GET", "/x", SocketPlace.FromNetwork)).Text);
    }

    [Fact]
    public async Task Socket_that_an_agent_left_behind_is_replaced()
    {
        LeaveStaleSocket();
        Assert.True(_place.IsRefused());

        await using var agent = await _place.StartAsync();

        Assert.Equal("instance /x", (await RawHttp.SendAsync(_place.EndPoint, "GET", "/x", SocketPlace.FromNetwork)).Text);
    }

    [Fact]
    public async Task Socket_that_is_served_is_never_replaced()
    {
        await using var first = await _place.StartAsync();

        var problem = await Assert.ThrowsAsync<ProxySocketException>(() => _place.StartAsync());

        Assert.Equal($"{_place.Path}: another agent serves it; stop that one first", problem.Message);
        Assert.Equal("instance /x", (await RawHttp.SendAsync(_place.EndPoint, "GET", "/x", SocketPlace.FromNetwork)).Text);
    }

    [Fact]
    public async Task Socket_whose_queue_is_full_is_served_too()
    {
        using var busy = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        busy.Bind(_place.EndPoint);
        busy.Listen(1);
        var waiting = new List<Socket>();
        try
        {
            // The kernel holds one more than the backlog says.
            for (var i = 0; i < 2; i++) waiting.Add(_place.Connect());

            Assert.Contains("another agent serves it", (await Assert.ThrowsAsync<ProxySocketException>(() => _place.StartAsync())).Message, StringComparison.Ordinal);
            Assert.True(File.Exists(_place.Path));
        }
        finally
        {
            waiting.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task Whatever_is_no_socket_is_left_alone()
    {
        File.WriteAllText(_place.Path, "precious");
        Assert.Contains(_place.Path, (await Assert.ThrowsAsync<ProxySocketException>(() => _place.StartAsync())).Message, StringComparison.Ordinal);
        Assert.Equal("precious", File.ReadAllText(_place.Path));
        File.Delete(_place.Path);

        Directory.CreateDirectory(_place.Path);
        await Assert.ThrowsAsync<ProxySocketException>(() => _place.StartAsync());
        Assert.True(Directory.Exists(_place.Path));
        Directory.Delete(_place.Path);

        var target = Path.Combine(_place.Folder, "elsewhere");
        File.CreateSymbolicLink(_place.Path, target);
        await Assert.ThrowsAsync<ProxySocketException>(() => _place.StartAsync());
        Assert.Equal(target, new FileInfo(_place.Path).LinkTarget);
    }

    [Theory]
    [InlineData("relative/metadata_proxy")]
    [InlineData("/tmp/")]
    [InlineData("/dev/null/metadata_proxy")]
    public async Task Path_that_cannot_be_is_one_line(string path)
    {
        var problem = await Assert.ThrowsAsync<ProxySocketException>(() => _place.StartAsync(new AgentOptions { ProxySocket = new ProxySocketOptions(path) }));

        Assert.DoesNotContain('\n', problem.Message);
    }

    [Fact]
    public async Task Longest_path_is_the_kernel_s()
    {
        var longest = Path.Combine(_place.Folder, new string('x', 107 - _place.Folder.Length - 1));
        await using (await _place.StartAsync(new AgentOptions { ProxySocket = new ProxySocketOptions(longest) }))
        {
            Assert.Equal("instance /x", (await RawHttp.SendAsync(new UnixDomainSocketEndPoint(longest), "GET", "/x", SocketPlace.FromNetwork)).Text);
        }

        var problem = await Assert.ThrowsAsync<ProxySocketException>(() => _place.StartAsync(new AgentOptions { ProxySocket = new ProxySocketOptions(longest + "x") }));
        Assert.Contains("at most 107 bytes", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_goes_with_the_agent()
    {
        await using (await _place.StartAsync()) Assert.True(File.Exists(_place.Path));

        Assert.Empty(Directory.GetFileSystemEntries(_place.Folder));
    }

    [Fact]
    public async Task File_of_another_agent_stays()
    {
        await using (await _place.StartAsync())
        {
            // As Neutron's agent does it: without a look at who listens.
            File.Delete(_place.Path);
            LeaveStaleSocket();
        }

        Assert.True(File.Exists(_place.Path));
    }

    [Fact]
    public async Task Queue_is_as_long_as_the_operator_says_and_bears_the_path_s_name()
    {
        await using var agent = await _place.StartAsync(new AgentOptions { ProxySocket = _place.Options with { Backlog = 1234 } });

        // State, Recv-Q, Send-Q (the backlog), address.
        var line = Ip.Tool("ss", "-xlnH", "src", _place.Path).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(("LISTEN", "1234", _place.Path), (line[1], line[3], line[4]));
    }

    [Fact]
    public async Task Of_agents_that_start_at_once_one_serves()
    {
        var agents = Enumerable.Range(0, 8).Select(_ => new ProxySocketListener(_place.Options, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance)).ToList();
        var outcomes = new bool[agents.Count];
        Parallel.For(0, agents.Count, i =>
        {
            try
            {
                agents[i].Listen();
                outcomes[i] = true;
            }
            catch (ProxySocketException)
            {
                outcomes[i] = false;
            }
        });

        Assert.Single(outcomes, true);
        Assert.False(_place.IsRefused());
        foreach (var agent in agents) await agent.DisposeAsync();
        Assert.False(File.Exists(_place.Path));
    }

    // The framework's sockets remove their file when they are closed; a killed process does not.
    private void LeaveStaleSocket()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var elsewhere = Path.Combine(_place.Folder, "moved");
        socket.Bind(new UnixDomainSocketEndPoint(elsewhere));
        socket.Listen(1);
        File.Move(elsewhere, _place.Path);
    }
}
