using System.Net;
using Firstlight.Agent.Tests.Support;
using Firstlight.Metadata.Identity;
using Firstlight.Plumbing.Namespaces;

namespace Firstlight.Agent.Tests.Discover;

/// <summary>The IPv6 service address comes when the DHCP agent sets it, and duplicate address detection has the last word.</summary>
public sealed class LinkLocalTests
{
    private const string V4 = "169.254.169.254:80";
    private const string V6 = "[fe80::a9fe:a9fe]:80";
    private readonly string _name = $"qdhcp-{DiscoveryRun.NewId()}";

    [Fact]
    public async Task Tentative_address_is_waited_for()
    {
        using var cable = new Cable(service: _name);
        cable.Service.Run("addr", "del", "fe80::a9fe:a9fe/64", "dev", "eth0");
        using var sockets = new NamespaceSockets();
        var seen = new List<AddressState>();
        await using var run = await DiscoveryRun.StartAsync([_name], reconciling: look =>
        {
            if (look.Wanted.Any(spec => spec.Device is not null)) seen.Add(Assert.Single(sockets.FindAddress(cable.Service.Path, MetadataAddress.V6, out _)).State);
            return Task.CompletedTask;
        });
        await run.ListensOn(V4);

        cable.Service.Run("addr", "add", "fe80::a9fe:a9fe/64", "dev", "eth0");
        Assert.Equal(new DeviceAddress("eth0", AddressState.Tentative), Assert.Single(sockets.FindAddress(cable.Service.Path, MetadataAddress.V6, out _)));
        await run.ListensOn(V4, V6);

        Assert.Equal([AddressState.Ready], seen);
        run.Agent.Directory.AddMac(run.Discovery.Describe().Namespaces.Single().Scope!.Value, Cable.GuestMac, "six");
        var service = new IPEndPoint(cable.Guest.LinkLocal(MetadataAddress.V6Text, "eth0"), 80);
        Assert.Equal("six /", (await GuestClient.GetAsync(cable.Guest, source: $"{Cable.GuestLinkLocal}%{cable.Guest.IndexOf("eth0")}", to: service)).Text);
    }

    [Fact]
    public async Task Duplicate_address_is_left_alone_until_it_is_set_anew()
    {
        using var cable = new Cable(service: _name);
        cable.Service.Run("addr", "del", "fe80::a9fe:a9fe/64", "dev", "eth0");
        // The DHCP agent of another host on the same network was first.
        cable.Guest.Add("fe80::a9fe:a9fe/64", "eth0");
        cable.Service.Run("addr", "add", "fe80::a9fe:a9fe/64", "dev", "eth0");
        using var sockets = new NamespaceSockets();
        await Eventually.IsTrue(() => sockets.FindAddress(cable.Service.Path, MetadataAddress.V6, out _).Single().State == AddressState.Duplicate, "detection failed");
        await using var run = await DiscoveryRun.StartAsync([_name], options => options with { AddressInterval = TimeSpan.FromMilliseconds(300) });
        await run.ListensOn(V4);
        await Eventually.IsTrue(() => run.Log.Lines.Any(line => line.Text.Contains("is a duplicate", StringComparison.Ordinal)), "it was said");
        Assert.DoesNotContain(run.Looks.Last().Wanted, spec => spec.Device is not null);

        cable.Guest.Run("addr", "del", "fe80::a9fe:a9fe/64", "dev", "eth0");
        cable.Service.Run("addr", "del", "fe80::a9fe:a9fe/64", "dev", "eth0");
        cable.Service.Run("addr", "add", "fe80::a9fe:a9fe/64", "dev", "eth0");

        await run.ListensOn(V4, V6);
        Assert.Single(run.Log.Lines, line => line.Text.Contains("is a duplicate", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Listener_follows_the_address_to_another_device_and_ends_with_it()
    {
        using var space = new TestNamespace(_name);
        space.Run("link", "add", "ns-1", "type", "veth", "peer", "name", "ns-2");
        space.Run("link", "set", "ns-1", "up");
        space.Run("link", "set", "ns-2", "up");
        space.Add("fe80::a9fe:a9fe/64", "ns-1");
        await using var run = await DiscoveryRun.StartAsync([_name], options => options with { AddressInterval = TimeSpan.FromMilliseconds(300) });
        await Eventually.IsTrue(() => Device(run) == "ns-1", "the device was found");

        space.Run("addr", "del", "fe80::a9fe:a9fe/64", "dev", "ns-1");
        space.Add("fe80::a9fe:a9fe/64", "ns-2");
        await Eventually.IsTrue(() => Device(run) == "ns-2", "the listener moved");
        await run.ListensOn(V4, V6);

        space.Run("addr", "del", "fe80::a9fe:a9fe/64", "dev", "ns-2");
        await run.ListensOn(V4);
    }

    private static string? Device(DiscoveryRun run) => run.Looks.LastOrDefault()?.Wanted.SingleOrDefault(spec => spec.Device is not null)?.Device;
}
