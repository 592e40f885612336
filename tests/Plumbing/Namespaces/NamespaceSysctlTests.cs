using Firstlight.Plumbing.Namespaces;
using Firstlight.Plumbing.Processes;
using Firstlight.Plumbing.Tests.Support;

namespace Firstlight.Plumbing.Tests.Namespaces;

public sealed class NamespaceSysctlTests : IAsyncDisposable
{
    private readonly Host _host = new();
    private readonly NamespaceSockets _sockets = new();
    private readonly NamespaceSysctl _sysctl;

    public NamespaceSysctlTests() => _sysctl = new NamespaceSysctl(_sockets, new Hand(_host.Runner));

    [Fact]
    public async Task Settings_are_those_of_the_namespace_and_are_written_where_they_differ()
    {
        var (one, other) = (await _host.AddNamespaceAsync(), await _host.AddNamespaceAsync());

        Assert.Equal([$"{one.Name}: /proc/sys/net/ipv4/ip_nonlocal_bind=1"], Ensure(one).Where(c => c.Contains("nonlocal", StringComparison.Ordinal)));
        Assert.Empty(Ensure(one));
        Assert.Equal("1", await ReadAsync(one));
        Assert.Equal("0", await ReadAsync(other));

        await _host.RunAsync("nsenter", $"--net=/run/netns/{one.Name}", "--", "sysctl", "-w", "net.ipv4.ip_nonlocal_bind=0");
        Assert.Single(Ensure(one));
        Assert.Equal("1", await ReadAsync(one));
    }

    [Fact]
    public async Task A_namespace_made_anew_under_the_same_name_is_the_one_that_is_set()
    {
        var guest = await _host.AddNamespaceAsync();
        Ensure(guest);
        await _host.RunAsync("ip", "netns", "del", guest.Name);
        await _host.RunAsync("ip", "netns", "add", guest.Name);

        Assert.NotEmpty(Ensure(guest));
        Assert.Equal("1", await ReadAsync(guest));
    }

    // The kernel gives a number that has become free to the next namespace.
    [Fact]
    public async Task A_namespace_that_has_name_and_number_of_one_that_is_gone_is_the_one_that_is_set()
    {
        const string Number = "net:[4026532999]";
        var guest = await _host.AddNamespaceAsync();
        Assert.NotEmpty(Ensure(guest, Number));
        await _host.RunAsync("ip", "netns", "del", guest.Name);
        await _host.RunAsync("ip", "netns", "add", guest.Name);

        // A number becomes free when all of the former one is gone. As long as that dies, its files may still be opened here.
        await Host.EventuallyAsync("the new one is set", async () =>
        {
            try
            {
                Ensure(guest, Number);
            }
            catch (IOException)
            {
                return null;
            }

            return await ReadAsync(guest) == "1" ? "set" : null;
        });
        Assert.Empty(Ensure(guest, Number));
    }

    [Fact]
    public async Task Directories_that_are_held_keep_no_namespace_alive()
    {
        var guest = await _host.AddNamespaceAsync();
        var end = $"fls{Guid.NewGuid().ToString("N")[..8]}";
        await _host.RunAsync("ip", "link", "add", end, "type", "veth", "peer", "name", "eth0", "netns", guest.Name);
        Ensure(guest);

        await _host.RunAsync("ip", "netns", "del", guest.Name);

        // This end lives exactly as long as the namespace of the other one.
        await Host.EventuallyAsync("the kernel freed the namespace", () => Task.FromResult(Directory.Exists($"/sys/class/net/{end}") ? null : "gone"));
    }

    public async ValueTask DisposeAsync()
    {
        _sysctl.Dispose();
        _sockets.Dispose();
        await _host.DisposeAsync();
    }

    private List<string> Ensure(Guest guest, string? identity = null)
    {
        var changes = new List<string>();
        _sysctl.Enter(guest.Name, identity ?? NamespaceList.IdentityOf(guest.Name)!, NamespaceSettings.Dhcp, changes).Dispose();
        return changes;
    }

    private async Task<string> ReadAsync(Guest guest) => (await _host.RunAsync("nsenter", $"--net=/run/netns/{guest.Name}", "--", "cat", "/proc/sys/net/ipv4/ip_nonlocal_bind")).Trim();
}
