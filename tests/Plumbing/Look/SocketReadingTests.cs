using System.Net;
using Firstlight.Plumbing.Look;

namespace Firstlight.Plumbing.Tests.Look;

public sealed class SocketReadingTests
{
    [Theory]
    [InlineData("""LISTEN 0      4096    169.254.169.254:80        0.0.0.0:*    users:(("dotnet",pid=30095,fd=203))""", "169.254.169.254", 80, 30095, "dotnet")]
    [InlineData("""LISTEN 0      4096    [fe80::a9fe:a9fe]%ns-99c76497-51:80 [::]:* users:(("haproxy",pid=7,fd=5),("haproxy",pid=6,fd=5))""", "fe80::a9fe:a9fe", 80, 7, "haproxy")]
    [InlineData("""LISTEN 0      32      *:9697        *:*    users:(("a b",pid=1,fd=3))""", "::", 9697, 1, "a b")]
    [InlineData("LISTEN 0      32      0.0.0.0%eth0:53        0.0.0.0:*", "0.0.0.0", 53, null, null)]
    public void A_listening_socket_is_read_with_its_process(string line, string address, int port, int? pid, string? program) =>
        Assert.Equal(new ListenerSeen(IPAddress.Parse(address), port, pid, program), Assert.Single(SocketReading.Listeners(line + "\n")));

    [Theory]
    [InlineData("")]
    [InlineData("LISTEN 0 32")]
    [InlineData("LISTEN 0 32 nonsense 0.0.0.0:*")]
    [InlineData("LISTEN 0 32 [::: 0.0.0.0:*")]
    public void What_is_no_socket_is_passed_over(string line) => Assert.Empty(SocketReading.Listeners(line));
}
