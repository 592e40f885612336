using System.Net;
using System.Net.Sockets;
using Firstlight.Cli.Views;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;
using Firstlight.Plumbing.Attach;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Namespaces;
using Firstlight.System.Tests.Support;

namespace Firstlight.System.Tests;

/// <summary>One lab, broken and mended hop by hop: the doctor names each break.</summary>
public sealed class DoctorTests : IAsyncLifetime
{
    private readonly string _files = Directory.CreateTempSubdirectory("firstlight-test-").FullName;
    private readonly LabFixture _lab;
    private Cloud _cloud = Cloud.Empty;

    public DoctorTests()
    {
        File.WriteAllText(VendorFile, "{}");
        _lab = new LabFixture { Options = [$"OS_API__VENDORDATA_JSONFILE_PATH={VendorFile}"] };
    }

    private string VendorFile => Path.Combine(_files, "vendor.json");

    private string InventoryFile => Path.Combine(_lab.StatePath, "inventory.sqlite");

    public async ValueTask InitializeAsync()
    {
        await _lab.InitializeAsync();
        using var inventory = OwnInventory.Open(InventoryFile);
        _cloud = inventory.Read();
    }

    public async ValueTask DisposeAsync()
    {
        await _lab.DisposeAsync();
        Directory.Delete(_files, recursive: true);
    }

    [Fact]
    public async Task Each_break_is_named_at_its_hop()
    {
        await AllIsRightAsync();
        await TextAndCandidatesAsync();
        await BrokenInventoryAsync();
        await BrokenDocumentsAsync();
        await WrongConfigurationAsync();
        await BrokenHostAsync();
        await ForeignListenerAsync();
        await AllIsRightAsync();
    }

    private async Task AllIsRightAsync()
    {
        foreach (var guest in (string[])["lark", "heron", "puffin"])
        {
            var run = await AskAsync(guest);
            Assert.True(run.ExitCode == 0 && run.First is null, run.ToString());
            Assert.Equal(22, run.Hops.Count);
            Assert.DoesNotContain(run.Hops, h => h.State == "odd");
        }
    }

    private async Task TextAndCandidatesAsync()
    {
        var text = await Run.FirstlightAsync("doctor", "lark", "--config-file", Config);
        Assert.True(text.ExitCode == 0, text.ToString());
        Assert.Contains("✓ listener      standalone ", text.Output);
        Assert.DoesNotContain("\e", text.Output);

        var twice = await AskAsync("10.0.0.5");
        Assert.Equal(2, twice.ExitCode);
        Assert.Contains("--network meadow (project aurora, server lark); --network tundra (project boreal, server owl)", twice.Error);
        Assert.Equal(0, (await AskAsync("10.0.0.5", "--network", "tundra")).ExitCode);
        Assert.Equal(0, (await AskAsync(PortOf("wren").Id)).ExitCode);
        Assert.Contains("did you mean lark?", (await AskAsync("larc")).Error);
    }

    private async Task BrokenInventoryAsync()
    {
        var (lark, heron) = (PortOf("lark"), PortOf("heron"));
        using (Break($"UPDATE ports SET device_id = '' WHERE id = '{lark.Id}'", $"UPDATE ports SET device_id = '{lark.DeviceId}' WHERE id = '{lark.Id}'"))
            await NamedAsync(lark.Id, "port", "no device_id");
        using (Break($"UPDATE subnets SET enable_dhcp = 0 WHERE id = '{lark.FixedIps[0].SubnetId}'", $"UPDATE subnets SET enable_dhcp = 1 WHERE id = '{lark.FixedIps[0].SubnetId}'"))
            await NamedAsync("lark", "subnet", "DHCP is off");

        // Two networks behind one router, with one address on both.
        var (leg, twin) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        var router = Assert.Single(_cloud.Routers.Values);
        using (Break(
            $"""
            INSERT INTO ports (id, name, network_id, project_id, mac, device_id, device_owner, attach_index) VALUES ('{leg}', '', '{lark.NetworkId}', '{lark.ProjectId}', 'fa163effff01', '{router.Id}', 'network:router_interface', 0);
            INSERT INTO fixed_ips (port_id, position, network_id, subnet_id, address) VALUES ('{leg}', 0, '{lark.NetworkId}', '{lark.FixedIps[0].SubnetId}', '10.0.0.200');
            INSERT INTO ports (id, name, network_id, project_id, mac, device_id, device_owner, attach_index) VALUES ('{twin}', '', '{lark.NetworkId}', '{lark.ProjectId}', 'fa163effff02', '{lark.DeviceId}', 'compute:nova', 9);
            INSERT INTO fixed_ips (port_id, position, network_id, subnet_id, address) VALUES ('{twin}', 0, '{lark.NetworkId}', '{lark.FixedIps[0].SubnetId}', '{heron.FixedIps[0].Address}');
            """,
            $"DELETE FROM fixed_ips WHERE port_id IN ('{leg}', '{twin}'); DELETE FROM ports WHERE id IN ('{leg}', '{twin}');"))
        {
            var run = await NamedAsync("heron", "identity", "two ports have the address");
            Assert.Contains(heron.Id, run.First!.Seen);
            Assert.Contains(twin, run.First.Seen);
        }
    }

    private async Task BrokenDocumentsAsync()
    {
        var wren = PortOf("wren").DeviceId;
        using (Break($"UPDATE servers SET user_data = CAST('#!' || hex(zeroblob(30000)) AS BLOB) WHERE id = '{wren}'; {Notice}", $"UPDATE servers SET user_data = NULL WHERE id = '{wren}'; {Notice}"))
            await EventuallyNamedAsync("wren", "user_data", "larger than the 49,149 bytes");
        using (Break($"UPDATE servers SET user_data = CAST('#cloud-config' || char(10) || 'packages: [nginx' AS BLOB) WHERE id = '{wren}'; {Notice}", $"UPDATE servers SET user_data = NULL WHERE id = '{wren}'; {Notice}"))
            await EventuallyNamedAsync("wren", "user_data", "no YAML from line");

        await File.WriteAllTextAsync(VendorFile, "{ broken");
        using (Break(Notice, Notice))
        {
            var vendor = Path.Combine(_files, "vendor.conf");
            await File.WriteAllTextAsync(vendor, $"[api]\nvendordata_jsonfile_path = {VendorFile}\n");
            await EventuallyNamedAsync("wren", "vendor_data", $"the vendor data file {VendorFile} is broken", "--config-file", vendor);
        }

        await File.WriteAllTextAsync(VendorFile, "{}");
        using (Break(Notice, Notice)) await EventuallyRightAsync("wren");
    }

    private async Task WrongConfigurationAsync()
    {
        var other = Path.Combine(_files, "other.conf");
        await File.WriteAllTextAsync(other, "[DEFAULT]\nmetadata_proxy_shared_secret = another\n");
        await NamedAsync("lark", "signature", "another shared secret", "--config-file", other);
        await File.WriteAllTextAsync(other, "[DEFAULT]\nnova_metadata_port = 9\n");
        await NamedAsync("lark", "upstream", "refused", "--config-file", other);
        await File.WriteAllTextAsync(other, "[DEFAULT]\nenable_isolated_metadata = false\n");
        await NamedAsync("lark", "subnet", "there is no route", "--config-file", other);
    }

    // With the agent dead nothing is mended behind the test's back. What it would mend stands before it on the path, so each break is still the first.
    private async Task BrokenHostAsync()
    {
        await Run.ProgramAsync("kill", "-KILL", $"{_lab.StandalonePid()}");
        await Eventually.TrueAsync(() => Task.FromResult(!Directory.Exists($"/proc/{_lab.StandalonePid()}")), "the killed program is gone");
        Assert.Equal("agent listener upstream", (await NamedAsync("lark", "agent", "nothing answers guests")).Wrong);

        await BrokenGuardAsync();
        await BrokenRulesAsync();
        await BrokenDhcpAsync();
        await BrokenDevicesAsync();
        await DoAsync("ip", "netns", "del", DeviceNames.DhcpNamespace(PortOf("owl").NetworkId));
        await NamedAsync("owl", "namespace", "deleted it");
        await File.WriteAllTextAsync($"/run/netns/{DeviceNames.DhcpNamespace(PortOf("owl").NetworkId)}", "");
        await NamedAsync("owl", "namespace", "without its namespace");
        await LostGuardAsync();
    }

    private async Task BrokenGuardAsync()
    {
        var port = PortOf("wren");
        var table = GuestAttachment.GuardTable(_lab.StatePath);
        var element = $"{{ \"{DeviceNames.HostEnd(port.Id)}\" . {CloudViews.MacText(port.Mac)} . {port.FixedIps[0].Address} }}";
        await DoAsync("nft", "delete", "element", "bridge", table, "guest_ip4", element);
        await NamedAsync("wren", "guard", "is dropped");
        await DoAsync("nft", "add", "element", "bridge", table, "guest_ip4", element);
        Assert.Equal("agent", (await AskAsync("wren")).First?.Hop);
    }

    // Last of all, for nothing but the agent puts it back.
    private async Task LostGuardAsync()
    {
        var table = GuestAttachment.GuardTable(_lab.StatePath);
        await DoAsync("nft", "flush", "chain", "bridge", table, "guest_arp");
        Assert.Contains("are not as they were made", (await NamedAsync("wren", "guard", "reading its metadata")).First!.Seen);
        await DoAsync("nft", "delete", "table", "bridge", table);
        Assert.Contains("there is no table", (await NamedAsync("wren", "guard", "reading its metadata")).First!.Seen);
    }

    private async Task BrokenRulesAsync()
    {
        var router = DeviceNames.RouterNamespace(Assert.Single(_cloud.Routers.Keys));
        string[] Nft(params string[] arguments) => ["netns", "exec", router, "nft", .. arguments];
        var listed = Path.Combine(_files, "rules.nft");
        await File.WriteAllTextAsync(listed, "flush table inet firstlight\n" + (await Run.ProgramAsync("ip", Nft("list", "table", "inet", "firstlight"))).Output);

        await DoAsync("ip", Nft("flush", "chain", "inet", "firstlight", "metadata_redirect"));
        Assert.Contains("redirect", (await NamedAsync("heron", "rules", "not turned to the listener")).First!.Seen);
        foreach (var (chain, why) in ((string, string)[])[("metadata_mark", "not let in"), ("metadata_input", "shut to everybody")])
        {
            await DoAsync("ip", Nft("-f", listed));
            await DoAsync("ip", Nft("flush", "chain", "inet", "firstlight", chain));
            await NamedAsync("heron", "rules", why);
        }

        await DoAsync("ip", Nft("delete", "table", "inet", "firstlight"));
        Assert.Contains("is missing", (await NamedAsync("heron", "rules", "not turned to the listener")).First!.Seen);
        await File.WriteAllTextAsync(listed, string.Join('\n', (await File.ReadAllLinesAsync(listed)).Skip(1)));
        await DoAsync("ip", Nft("-f", listed));
        Assert.Equal("agent", (await AskAsync("heron")).First?.Hop);
    }

    private async Task BrokenDhcpAsync()
    {
        var directory = Path.Combine(_lab.StatePath, "dhcp", PortOf("lark").NetworkId);
        var options = Path.Combine(directory, "opts");
        var whole = await File.ReadAllTextAsync(options);
        await File.WriteAllLinesAsync(options, whole.Split('\n').Where(l => !l.Contains("classless", StringComparison.Ordinal)));
        await NamedAsync("lark", "route", "no route to 169.254.169.254");
        await File.WriteAllTextAsync(options, whole.Replace("169.254.169.254/32,10.0.0.", "169.254.169.254/32,10.0.9.", StringComparison.Ordinal));
        await NamedAsync("lark", "route", "sends its requests elsewhere");
        await File.WriteAllTextAsync(options, whole);
        var hosts = Path.Combine(directory, "host");
        var known = await File.ReadAllTextAsync(hosts);
        await File.WriteAllTextAsync(hosts, known.Replace("10.0.0.5", "10.0.0.99", StringComparison.Ordinal));
        await NamedAsync("lark", "route", "only to MACs it knows");
        await File.WriteAllTextAsync(hosts, known);

        var pid = (await File.ReadAllTextAsync(Path.Combine(directory, "pid"))).Trim();
        await DoAsync("kill", "-STOP", pid);
        Assert.Contains("is stopped", (await NamedAsync("lark", "dhcp", "a signal or a debugger")).First!.Seen);
        await DoAsync("kill", "-CONT", pid);
        await DoAsync("kill", "-KILL", pid);
        await Eventually.TrueAsync(async () => (await AskAsync("lark")).First?.Hop == "dhcp", "the dead dnsmasq is named");
    }

    private async Task BrokenDevicesAsync()
    {
        var port = PortOf("wren");
        var (name, bridge, tap) = (DeviceNames.DhcpNamespace(port.NetworkId), DeviceNames.Bridge(port.NetworkId), DeviceNames.HostEnd(port.Id));
        var device = DeviceNames.DhcpEnd(_cloud.Ports.Values.Single(p => p.NetworkId == port.NetworkId && p.DeviceOwner == DeviceOwners.Dhcp).Id);

        await DoAsync("ip", "-n", name, "addr", "del", "169.254.169.254/32", "dev", device);
        await NamedAsync("wren", "address", "nobody answers");
        await DoAsync("ip", "-n", name, "addr", "add", "169.254.169.254/32", "dev", device);
        await DoAsync("ip", "-n", name, "link", "set", "dev", device, "down");
        await NamedAsync("wren", "device", "no packet passes it");
        await DoAsync("ip", "-n", name, "link", "set", "dev", device, "up");
        await DoAsync("ip", "-n", name, "route", "del", "10.0.0.0/24", "dev", device);
        await NamedAsync("wren", "address", "no answer goes back");
        await DoAsync("ip", "-n", name, "route", "add", "10.0.0.0/24", "dev", device);
        var mac = CloudViews.MacText(_cloud.Ports.Values.Single(p => DeviceNames.DhcpEnd(p.Id) == device).Mac);
        await DoAsync("ip", "-n", name, "link", "set", "dev", device, "address", "02:00:00:00:00:01");
        await NamedAsync("wren", "device", "send to nobody");
        await DoAsync("ip", "-n", name, "link", "set", "dev", device, "address", mac);
        await DoAsync("ip", "link", "set", "dev", "tap" + device[3..], "nomaster");
        await NamedAsync("wren", "device", "not connected to the network");
        await DoAsync("ip", "link", "set", "dev", "tap" + device[3..], "master", bridge);
        await DoAsync("ip", "-n", _lab.Guest("wren"), "link", "set", "dev", "eth0", "down");
        await NamedAsync("wren", "guest", "nothing has its other end");
        await DoAsync("ip", "-n", _lab.Guest("wren"), "link", "set", "dev", "eth0", "up");
        await DoAsync("ip", "link", "set", "dev", tap, "nomaster");
        await NamedAsync("wren", "guest", "not on its network");
        await DoAsync("ip", "link", "set", "dev", tap, "master", bridge);
        await DoAsync("ip", "link", "set", "dev", bridge, "down");
        await NamedAsync("wren", "bridge", "no packet passes it");
        await DoAsync("ip", "link", "set", "dev", bridge, "up");
        Assert.Equal("dhcp", (await AskAsync("wren")).First?.Hop);
    }

    // It takes the address while the agent is away; then the agent comes, and cannot have it.
    private async Task ForeignListenerAsync()
    {
        var @namespace = Path.Combine("/run/netns", DeviceNames.DhcpNamespace(PortOf("lark").NetworkId));
        using var sockets = new NamespaceSockets();
        Task<Ended> up;
        using (Socket foreign = sockets.OpenListener(@namespace, new IPEndPoint(IPAddress.Parse("169.254.169.254"), 80), device: null))
        {
            up = _lab.UpAsync();
            await Eventually.TrueAsync(async () => (await AskAsync("lark")).First?.Hop == "listener" || up.IsCompleted, "the foreign listener is named");
            var run = await AskAsync("lark");
            Assert.Equal("listener", run.First?.Hop);
            Assert.Contains($"(process {Environment.ProcessId})", run.First!.Seen);
            Assert.Contains($"kill {Environment.ProcessId}", run.First.Mend);
        }

        await up;
    }

    private const string Notice = "UPDATE store SET revision = revision + 1;";

    private string Config => Path.Combine(_lab.StatePath, "firstlight.conf");

    private Port PortOf(string server) => _cloud.Ports.Values.Single(p => p.DeviceId == _cloud.Servers.Values.Single(s => s.Name == server).Id);

    private InventoryBreak Break(string breaks, string mends) => new(InventoryFile, breaks, mends);

    private Task<DoctorRun> AskAsync(string guest, params string[] options) => DoctorRun.OfAsync([guest, "--config-file", Config, .. options]);

    private async Task<DoctorRun> NamedAsync(string guest, string hop, string why, params string[] options)
    {
        var run = await AskAsync(guest, options);
        Assert.True(run.ExitCode == 1, run.ToString());
        Assert.True(run.First?.Hop == hop, run.ToString());
        Assert.Contains(why, run.First.Why);
        Assert.NotEmpty(run.First.Mend!);
        return run;
    }

    // Who serves documents hears of a change of the inventory a moment later.
    private async Task EventuallyNamedAsync(string guest, string hop, string why, params string[] options)
    {
        await Eventually.TrueAsync(async () => (await AskAsync(guest, options)).First?.Why?.Contains(why, StringComparison.Ordinal) ?? false, $"{hop} of {guest} is named");
        await NamedAsync(guest, hop, why, options);
    }

    private async Task EventuallyRightAsync(string guest)
    {
        DoctorRun? last = null;
        try
        {
            await Eventually.TrueAsync(async () => (last = await AskAsync(guest)).ExitCode == 0, $"{guest} is right again");
        }
        catch (Exception) when (last is not null)
        {
            Assert.Fail($"{guest} is not right again: {last}");
        }
    }

    private static async Task DoAsync(string program, params string[] arguments)
    {
        var ended = await Run.ProgramAsync(program, arguments);
        Assert.True(ended.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {ended}");
    }
}
