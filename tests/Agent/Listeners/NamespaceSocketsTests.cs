using System.Net;
using Firstlight.Agent.Tests.Support;
using Firstlight.Metadata.Identity;
using Firstlight.Plumbing.Namespaces;

namespace Firstlight.Agent.Tests.Listeners;

public sealed class NamespaceSocketsTests : IDisposable
{
    private readonly NamespaceSockets _sockets = new();
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("flt-");

    [Fact]
    public void Namespace_that_is_not_there_is_missing() =>
        Assert.Equal((NamespaceSocketFailure.NamespaceMissing, "open"), FailureAt(Path.Combine(_directory.FullName, "none")));

    [Fact]
    public void File_that_is_no_network_namespace_is_broken()
    {
        var plain = Path.Combine(_directory.FullName, "plain");
        File.WriteAllBytes(plain, []);
        var fifo = Path.Combine(_directory.FullName, "fifo");
        Ip.Tool("mkfifo", fifo);

        Assert.All((string[])[plain, fifo, _directory.FullName, "/proc/self/ns/mnt"], path => Assert.Equal((NamespaceSocketFailure.NamespaceBroken, "setns"), FailureAt(path)));
    }

    [Fact]
    public void Device_that_is_not_there_is_an_address_not_available()
    {
        using var space = new TestNamespace();

        Assert.All(
            (string[])["eth0", "a-name-longer-than-any-device"],
            device => Assert.Equal((NamespaceSocketFailure.AddressNotAvailable, "ioctl"), FailureAt(space.Path, MetadataAddress.V6, device)));
    }

    [Fact]
    public void Second_listener_is_refused_and_not_given_half_the_guests()
    {
        using var space = new TestNamespace();
        using var first = _sockets.OpenListener(space.Path, new IPEndPoint(MetadataAddress.V4, 80), null);

        Assert.Equal((NamespaceSocketFailure.AddressInUse, "bind"), FailureAt(space.Path));
    }

    [Fact]
    public void Message_names_call_namespace_address_and_errno()
    {
        var error = Assert.Throws<NamespaceSocketException>(() => _sockets.OpenListener("/nowhere/red", new IPEndPoint(MetadataAddress.V4, 80), null));

        Assert.Equal("open failed in namespace /nowhere/red for 169.254.169.254:80: No such file or directory (errno 2)", error.Message);
    }

    [Fact]
    public void Both_families_listen_side_by_side_before_their_addresses_exist()
    {
        using var space = new TestNamespace();

        using var four = _sockets.OpenListener(space.Path, new IPEndPoint(IPAddress.Any, 9697), null, out var inode);
        using var six = _sockets.OpenListener(space.Path, new IPEndPoint(IPAddress.IPv6Any, 9697), null);
        using var later = _sockets.OpenListener(space.Path, new IPEndPoint(IPAddress.Parse("2001:db8::1"), 80), null);

        Assert.Equal(NamespaceInode.TryRead(space.Path), inode);
        Assert.NotEqual(NamespaceInode.TryRead("/proc/self/ns/net"), inode);
    }

    public void Dispose()
    {
        _sockets.Dispose();
        _directory.Delete(recursive: true);
    }

    private (NamespaceSocketFailure Failure, string Call) FailureAt(string path, IPAddress? address = null, string? device = null)
    {
        var error = Assert.Throws<NamespaceSocketException>(() => _sockets.OpenListener(path, new IPEndPoint(address ?? MetadataAddress.V4, 80), device));
        return (error.Failure, error.Call);
    }
}
