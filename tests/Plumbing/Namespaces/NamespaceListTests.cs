using Firstlight.Plumbing.Namespaces;

namespace Firstlight.Plumbing.Tests.Namespaces;

public sealed class NamespaceListTests
{
    [Fact]
    public void Named_namespaces_are_read_with_their_identity_and_other_mounts_are_not()
    {
        var found = NamespaceList.Parse(
            """
            42 28 0:24 /netns /run/netns rw,nosuid shared:2 - tmpfs tmpfs rw
            43 42 0:4 net:[4026532177] /run/netns/qdhcp-1 rw shared:2 - nsfs nsfs rw
            44 25 0:4 net:[4026532178] /var/run/netns/qrouter-2 rw - nsfs nsfs rw
            45 25 0:4 net:[4026532179] /run/docker/netns/default rw - nsfs nsfs rw
            46 25 0:4 mnt:[4026532180] /run/netns/odd rw - nsfs nsfs rw

            """);

        Assert.Equal(["qdhcp-1=net:[4026532177]", "qrouter-2=net:[4026532178]"], found.Select(n => $"{n.Key}={n.Value}").Order(StringComparer.Ordinal));
    }
}
