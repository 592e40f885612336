using System.Diagnostics;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;
using Firstlight.Lab;
using Firstlight.System.Tests.Support;

namespace Firstlight.System.Tests;

/// <summary>A guest behind a router with a floating address, from cloud file to packets: <c>standalone</c>, a guest, and a machine outside.</summary>
public sealed class OutsideTests
{
    private const string WhoAsks = """
        import socket
        s = socket.create_server(('', 8000))
        while True:
            c, a = s.accept()
            c.recv(4096)
            c.sendall(b'HTTP/1.0 200 OK\r\n\r\n' + a[0].encode())
            c.close()
        """;

    [Fact]
    public async Task A_guest_reaches_the_outside_under_its_floating_address_and_is_told_of_it()
    {
        using var api = new ApiState();
        var state = new LabState(api.Directory);
        state.Create($"o{api.Port}-", "127.0.0.1:0");
        var machine = $"flout-{Guid.NewGuid().ToString("N")[..8]}";
        var apply = await Run.FirstlightAsync("apply", await CloudFileAsync(api.Directory), "--config-file", api.ConfigFile);
        Assert.True(apply.ExitCode == 0, apply.ToString());
        using var standalone = Run.StartFirstlight("standalone", "--config-file", api.ConfigFile);
        Process? server = null;
        try
        {
            var (guest, external) = Open(state);
            await Eventually.TrueAsync(
                () => Task.FromResult(new[] { guest.Network.Id, external.Id }.All(id => Directory.Exists($"/sys/class/net/brq{id[..11]}"))), "the networks are there");
            await new GuestPlumbing(state, new LabPrograms()).UpAsync(guest, TestContext.Current.CancellationToken);
            await AddMachineAsync(machine, $"brq{external.Id[..11]}");
            server = Process.Start(new ProcessStartInfo("ip", ["netns", "exec", machine, "/usr/bin/env", "python3", "-c", WhoAsks]))!;

            await Eventually.TrueAsync(async () => (await CurlAsync(guest.Namespace, "http://203.0.113.1:8000/")).Output == "203.0.113.20", "the guest goes out under its floating address");
            Assert.Equal("203.0.113.20", (await CurlAsync(guest.Namespace, "http://169.254.169.254/latest/meta-data/public-ipv4")).Output);
            var ping = await Run.InNamespaceAsync(machine, "busybox", "ping", "-c", "1", "-W", "5", "203.0.113.20");
            Assert.True(ping.ExitCode == 0, ping.ToString());
            Assert.Equal(28, (await CurlAsync(machine, "http://203.0.113.100:9697/", "--max-time", "1")).ExitCode);

            // Without it, from one moment to the next: the gateway's address, and no public one.
            Assert.Equal(0, (await Run.FirstlightAsync("floatingip", "delete", "203.0.113.20", "--config-file", api.ConfigFile)).ExitCode);
            await Eventually.TrueAsync(async () => (await CurlAsync(guest.Namespace, "http://203.0.113.1:8000/")).Output == "203.0.113.100", "the guest goes out under the gateway's address");
            Assert.Equal("", (await CurlAsync(guest.Namespace, "http://169.254.169.254/latest/meta-data/public-ipv4")).Output);
        }
        finally
        {
            End(server);
            End(standalone);
            server?.Dispose();
            await new LabTeardown(state, new LabPrograms()).RemoveGuestsAsync(CancellationToken.None);
            await Run.ProgramAsync("ip", "netns", "del", machine);
            var down = await Run.FirstlightAsync("standalone", "--down", "--config-file", api.ConfigFile);
            Assert.True(down.ExitCode == 0, down.ToString());
        }
    }

    private static (Guest Guest, Network External) Open(LabState state)
    {
        using var inventory = OwnInventory.Open(state.InventoryFile);
        var cloud = inventory.Read();
        return (Assert.Single(Guest.Of(cloud, state)), cloud.Networks.Values.Single(n => n.External));
    }

    private static async Task AddMachineAsync(string name, string bridge)
    {
        var device = "fo" + name[^8..];
        string[][] commands =
        [
            ["netns", "add", name],
            ["link", "add", device, "type", "veth", "peer", "name", "eth0", "netns", name],
            ["link", "set", device, "master", bridge, "up"],
            ["-n", name, "addr", "add", "203.0.113.1/24", "dev", "eth0"],
            ["-n", name, "link", "set", "eth0", "up"],
        ];
        foreach (var command in commands)
        {
            var ended = await Run.ProgramAsync("ip", command);
            Assert.True(ended.ExitCode == 0, ended.ToString());
        }
    }

    private static async Task<string> CloudFileAsync(string directory)
    {
        var file = Path.Combine(directory, "cloud.yaml");
        await File.WriteAllTextAsync(file, """
            networks:
              - name: ext
                project: admin
                external: true
                subnets: [{name: ext-v4, cidr: 203.0.113.0/24, enable_dhcp: false}]
              - name: pond
                project: solo
                subnets: [{name: pond-v4, cidr: 10.7.0.0/24}]
            routers:
              - {name: edge, project: solo, interfaces: [pond-v4], gateway: {network: ext, address: 203.0.113.100}}
            servers:
              - name: swan
                project: solo
                ports: [{network: pond}]
            floating_ips:
              - {network: ext, address: 203.0.113.20, server: swan}
            """);
        return file;
    }

    private static Task<Ended> CurlAsync(string @namespace, string url, params string[] options) =>
        Run.InNamespaceAsync(@namespace, ["curl", "-gsS", "--noproxy", "*", "--max-time", "5", .. options, url]);

    private static void End(Process? process)
    {
        if (process is null || process.HasExited) return;
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
    }
}
