using System.Diagnostics;
using System.Net;
using System.Text;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;
using Firstlight.Inventory.Tests.Support;
using Firstlight.Metadata.Identity;
using Firstlight.Metadata.Instances;

namespace Firstlight.Inventory.Tests.Own;

public sealed class InstanceSourceTests : IDisposable
{
    private readonly StoreDirectory _directory = new();
    private readonly OwnInventory _inventory;

    public InstanceSourceTests() => _inventory = OwnInventory.Open(_directory.File);

    public void Dispose()
    {
        _inventory.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_server_is_told_with_all_its_facts()
    {
        var cloud = _inventory.Change(c => Clouds.Apply(c, Clouds.Blue));
        var server = cloud.Server("web");

        var instance = await Find(server.Id);

        Assert.Equal(server.Id, instance!.Id.Value);
        Assert.Equal(server.ProjectId, instance.ProjectId.Value);
        Assert.Equal(("web", "web", 0, "nova", "m1.small", "debian-12"), (instance.Name, instance.Hostname, instance.LaunchIndex, instance.AvailabilityZone, instance.FlavorName, instance.ImageRef));
        Assert.Equal($"r-{server.Id[..8]}", instance.ReservationId);
        Assert.Equal(new Ec2Numbers(1, 1), instance.Ec2);
        Assert.Equal(("ops", "ssh-ed25519 AAAA ops\n"), (instance.KeyName, instance.KeyData));
        Assert.Equal([new KeyPair("ops", "ssh", "ssh-ed25519 AAAA ops\n")], instance.KeyPairs);
        Assert.Equal("#!/bin/sh\necho hello\n", Encoding.UTF8.GetString(instance.UserData!.Bytes.Span));
        Assert.Equal([KeyValuePair.Create("role", "web"), KeyValuePair.Create("tier", "front")], instance.Metadata);
        Assert.Equal(["default", "www"], instance.SecurityGroups);
        Assert.Equal("/dev/vda", instance.BlockDevices.RootDeviceName);
        Assert.Equal("", instance.Password);
    }

    [Fact]
    public async Task An_interface_has_the_shape_of_network_info()
    {
        var cloud = _inventory.Change(c => Clouds.Apply(c, Clouds.Blue));
        var port = cloud.PortOf("web");

        var vif = Assert.Single((await Find(cloud.Server("web").Id))!.NetworkInfo);

        Assert.Equal((port.Id, "fa:16:3e:00:00:01", "bridge", $"tap{port.Id[..11]}"), (vif.Id, vif.Address, vif.Type, vif.DeviceName));
        Assert.Equal((cloud.Network("blue").Id, 1450), (vif.Network!.Id, vif.Network.Mtu));
        var v4 = vif.Network.Subnets[0];
        Assert.Equal((4, "10.0.0.0/24", "10.0.0.1", true), (v4.Version, v4.Cidr, v4.Gateway, v4.EnableDhcp));
        Assert.Equal(["9.9.9.9", "1.1.1.1"], v4.Dns);
        Assert.Equal([new VifRoute("10.9.0.0/16", "10.0.0.2")], v4.Routes);
        Assert.Equal(["10.0.0.5"], v4.Addresses.Select(a => a.Address));
        var v6 = vif.Network.Subnets[1];
        Assert.Equal((6, "fd00:b::/64", "fd00:b::1", "slaac"), (v6.Version, v6.Cidr, v6.Gateway, v6.Ipv6AddressMode));
        Assert.Equal(["fd00:b::f816:3eff:fe00:1"], v6.Addresses.Select(a => a.Address));
    }

    [Fact]
    public async Task The_dhcp_server_is_the_dhcp_port_or_else_the_gateway_or_nobody()
    {
        var cloud = _inventory.Change(c => Clouds.Apply(c, Clouds.Blue));
        Assert.Equal("10.0.0.1", (await Subnets(cloud, "web"))[0].DhcpServer);

        cloud = _inventory.Change(c => Planner.EnsureDhcpPorts(c, "host"));
        var dhcp = cloud.Ports.Values.Single(p => p.DeviceOwner == DeviceOwners.Dhcp);
        Assert.Equal(dhcp.FixedIps.Select(ip => ip.Address.ToString()), (await Subnets(cloud, "web")).Select(s => s.DhcpServer));

        _inventory.Change(c => c with
        {
            Ports = c.Ports.Remove(dhcp.Id),
            Subnets = c.Subnets.SetItem(c.Subnet("blue-v4").Id, c.Subnet("blue-v4") with { EnableDhcp = false }),
        });
        var off = (await Subnets(cloud, "web"))[0];
        Assert.Equal((null, false), (off.DhcpServer, off.EnableDhcp));
    }

    [Fact]
    public async Task Interfaces_come_in_the_order_they_are_attached_and_a_second_address_joins_its_subnet()
    {
        var cloud = _inventory.Change(c => Clouds.Apply(c, """
            networks:
              - {name: n1, project: p, subnets: [{name: a, cidr: 10.1.0.0/24}, {name: b, cidr: 10.2.0.0/24}]}
              - {name: n2, project: p, subnets: [{name: a, cidr: 10.1.0.0/24}]}
            servers:
              - name: s
                project: p
                ports: [{network: n2}, {network: n1, fixed_ips: [10.2.0.5, 10.1.0.5, 10.2.0.6]}, {network: n2}]
            """));
        var vifs = (await Find(cloud.Server("s").Id))!.NetworkInfo;
        Assert.Equal(["n2", "n1", "n2"], vifs.Select(v => cloud.Networks[v.Network!.Id!].Name));
        Assert.Equal(["10.2.0.0/24: 10.2.0.5 10.2.0.6", "10.1.0.0/24: 10.1.0.5"],
            vifs[1].Network!.Subnets.Select(s => $"{s.Cidr}: {string.Join(' ', s.Addresses.Select(a => a.Address))}"));
    }

    [Fact]
    public async Task A_bare_server_has_nothing_it_was_not_given()
    {
        var cloud = _inventory.Change(c => Clouds.Apply(c, "servers: [{name: bare, project: p}]"));
        var instance = await Find(cloud.Server("bare").Id);
        Assert.Equal((null, null, null, ""), (instance!.KeyName, instance.KeyData, instance.UserData, instance.ImageRef));
        Assert.Equal(new Ec2Numbers(1, null), instance.Ec2);
        Assert.Empty(instance.NetworkInfo);
        Assert.Equal(["default"], instance.SecurityGroups);
    }

    [Fact]
    public async Task Images_are_numbered_by_first_use_and_keep_their_number()
    {
        var cloud = _inventory.Change(c => Clouds.Apply(c, "servers: [{name: a, project: p, image: one}]"));
        cloud = _inventory.Change(c => Clouds.Apply(c, "servers: [{name: b, project: p, image: two}, {name: c, project: p, image: one}]"));
        _inventory.Change(c => Planner.Delete(Planner.Delete(c, ResourceKind.Server, "a", null).Next, ResourceKind.Server, "c", null).Next);
        cloud = _inventory.Change(c => Clouds.Apply(c, "servers: [{name: d, project: p, image: one}]"));
        Assert.Equal(2, (await Find(cloud.Server("b").Id))!.Ec2.Image);
        Assert.Equal(1, (await Find(cloud.Server("d").Id))!.Ec2.Image);
    }

    [Fact]
    public async Task Unknown_and_deleted_servers_and_other_spellings_are_not_found()
    {
        var cloud = _inventory.Change(c => Clouds.Apply(c, Clouds.Blue));
        var id = cloud.Server("web").Id;
        Assert.Null(await Find(Guid.NewGuid().ToString()));
        Assert.Null(await Find($"{{{id.ToUpperInvariant()}}}"));
        Assert.Null(await Find(""));
        Assert.Null(await Find("x' OR '1'='1"));
        _inventory.Change(c => Planner.Delete(c, ResourceKind.Server, "web", null).Next);
        Assert.Null(await Find(id));
    }

    [Fact]
    public async Task A_password_is_kept_until_cleared_or_the_server_goes()
    {
        var cloud = _inventory.Change(c => Clouds.Apply(c, Clouds.Blue));
        var id = new InstanceId(cloud.Server("web").Id);

        Assert.True(await _inventory.Instances.SetPasswordAsync(id, "secret", default));
        Assert.Equal("secret", (await Find(id.Value))!.Password);
        _inventory.Change(c => c with { Servers = c.Servers.SetItem(id.Value, c.Servers[id.Value] with { FlavorName = "m1.big" }) });
        Assert.Equal("secret", (await Find(id.Value))!.Password);
        Assert.True(await _inventory.Instances.SetPasswordAsync(id, "", default));
        Assert.Equal("", (await Find(id.Value))!.Password);

        await _inventory.Instances.SetPasswordAsync(id, "secret", default);
        _inventory.Change(c => Planner.Delete(c, ResourceKind.Server, "web", null).Next);
        Assert.False(await _inventory.Instances.SetPasswordAsync(id, "again", default));
    }

    [Fact]
    public async Task Changes_of_this_process_are_told()
    {
        var told = new TaskCompletionSource();
        var changes = _inventory.Instances.Changes!;
        changes.Changed += _ => told.TrySetResult();
        var cloud = _inventory.Change(c => Clouds.Apply(c, Clouds.Blue));
        Assert.Equal(cloud.Revision, changes.Revision);
        await told.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Changes_of_another_process_are_told()
    {
        var count = 0;
        _inventory.Changes.Changed += _ => Interlocked.Increment(ref count);
        using var other = OwnInventory.Open(_directory.File);

        var cloud = other.Change(c => Clouds.Apply(c, Clouds.Blue));
        await Wait.UntilAsync(() => Task.FromResult(_inventory.Changes.Revision == cloud.Revision && Volatile.Read(ref count) == 1), "the change is told");
        Assert.Equal("web", (await Find(cloud.Server("web").Id))!.Name);

        await other.Instances.SetPasswordAsync(new InstanceId(cloud.Server("web").Id), "secret", default);
        await Wait.UntilAsync(() => Task.FromResult(_inventory.Changes.Revision == cloud.Revision + 1), "the password is told");
        Assert.Equal(cloud.Revision + 1, _inventory.Read().Revision);
    }

    [Fact]
    public async Task A_cancelled_lookup_ends_and_a_closed_inventory_says_so()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _inventory.Instances.FindAsync(new InstanceId("x"), new CancellationToken(canceled: true)).AsTask());
        _inventory.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Find("x"));
        Assert.Throws<ObjectDisposedException>(() => _inventory.Read());
    }

    [Fact]
    public async Task The_number_of_servers_does_not_matter_to_a_lookup()
    {
        var small = await SecondsPerLookup(servers: 20);
        var large = await SecondsPerLookup(servers: 4000);
        // A lookup that scans takes some hundred times as long.
        Assert.True(large < small * 8, $"{small * 1e6:F0} us with 20 servers, {large * 1e6:F0} us with 4,000");
    }

    private async Task<double> SecondsPerLookup(int servers)
    {
        var cloud = _inventory.Change(_ => Clouds.Apply(Cloud.Empty, "networks: [{name: n, project: p, subnets: [{name: s, cidr: 10.0.0.0/16}]}]"));
        cloud = _inventory.Change(c => Planner.Apply(c, new CloudSpec
        {
            Servers = [.. Enumerable.Range(0, servers).Select(i => new ServerSpec { Name = $"s{i}", Project = "p", Ports = [new PortSpec { Network = "n" }] })],
        }).Next);
        cloud = _inventory.Change(c => Planner.EnsureDhcpPorts(c, "h"));
        var ids = cloud.Servers.Keys.Take(20).ToArray();
        foreach (var id in ids)
        {
            var subnet = Assert.Single((await Find(id))!.NetworkInfo[0].Network!.Subnets);
            Assert.Equal(cloud.Ports.Values.Single(p => p.DeviceId == id).FixedIps[0].Address, IPAddress.Parse(subnet.Addresses[0].Address));
        }
        var best = double.MaxValue;
        for (var round = 0; round < 15; round++)
        {
            var clock = Stopwatch.StartNew();
            foreach (var id in ids) await Find(id);
            best = Math.Min(best, clock.Elapsed.TotalSeconds / ids.Length);
        }
        return best;
    }

    private async Task<Instance?> Find(string id) => await _inventory.Instances.FindAsync(new InstanceId(id), TestContext.Current.CancellationToken);

    private async Task<IReadOnlyList<VifSubnet>> Subnets(Cloud cloud, string server) => (await Find(cloud.Server(server).Id))!.NetworkInfo[0].Network!.Subnets;
}
