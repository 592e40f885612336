using System.Text.Json;
using Firstlight.System.Tests.Support;

namespace Firstlight.System.Tests;

/// <summary>What guests of the shipped lab see, with real namespaces, real dnsmasq, real DHCP clients and curl; the same by either engine.</summary>
public abstract class GuestPathTests(LabFixture lab)
{
    private const string NotFoundTitle = "<title>404 Not Found</title>";

    [Fact]
    public async Task Every_guest_is_told_its_own_identity()
    {
        var fetch = await lab.LabAsync("fetch");

        Assert.True(fetch.ExitCode == 0, fetch.ToString());
        foreach (var guest in (string[])["lark", "owl", "wren", "heron", "puffin"]) Assert.Contains(guest, fetch.Output);
        Assert.DoesNotContain("✗", fetch.Output);
    }

    [Fact]
    public async Task Two_guests_with_the_same_address_are_told_apart()
    {
        var lark = JsonDocument.Parse(await lab.GetAsync("lark", "/openstack/latest/meta_data.json")).RootElement;
        var owl = JsonDocument.Parse(await lab.GetAsync("owl", "/openstack/latest/meta_data.json")).RootElement;

        Assert.Equal("10.0.0.5", await lab.GetAsync("lark", "/latest/meta-data/local-ipv4"));
        Assert.Equal("10.0.0.5", await lab.GetAsync("owl", "/latest/meta-data/local-ipv4"));
        Assert.Equal("lark", lark.GetProperty("name").GetString());
        Assert.Equal("owl", owl.GetProperty("name").GetString());
        Assert.NotEqual(lark.GetProperty("uuid").GetString(), owl.GetProperty("uuid").GetString());
        Assert.NotEqual(lark.GetProperty("project_id").GetString(), owl.GetProperty("project_id").GetString());
    }

    [Fact]
    public async Task On_an_isolated_network_the_route_comes_from_option_121()
    {
        var route = await Run.ProgramAsync("ip", "-n", lab.Guest("lark"), "route", "show", "169.254.169.254");
        var defaults = await Run.ProgramAsync("ip", "-n", lab.Guest("lark"), "route", "show", "default");

        Assert.Matches(@"^169\.254\.169\.254 via 10\.0\.0\.\d+ dev eth0", route.Output);
        Assert.Equal("", defaults.Output);
    }

    [Fact]
    public async Task On_a_routed_network_the_gateway_leads_to_metadata()
    {
        var route = await Run.ProgramAsync("ip", "-n", lab.Guest("heron"), "route", "get", "169.254.169.254");

        Assert.StartsWith("169.254.169.254 via 10.1.0.1 dev eth0", route.Output, StringComparison.Ordinal);
        Assert.Equal("heron", JsonDocument.Parse(await lab.GetAsync("heron", "/openstack/latest/meta_data.json")).RootElement.GetProperty("name").GetString());
    }

    [Fact]
    public async Task A_guest_with_IPv6_alone_is_served_at_the_link_local_address()
    {
        var ended = await Run.InNamespaceAsync(lab.Guest("puffin"), "curl", "-gsSf", "--max-time", "15", "http://[fe80::a9fe:a9fe%eth0]/openstack/latest/meta_data.json");

        Assert.True(ended.ExitCode == 0, ended.ToString());
        Assert.Equal("puffin", JsonDocument.Parse(ended.Output).RootElement.GetProperty("name").GetString());
    }

    [Fact]
    public async Task Listings_answer_as_Nova_does()
    {
        var openstack = (await lab.GetAsync("lark", "/openstack")).Split('\n');
        var metaData = (await lab.GetAsync("lark", "/latest/meta-data/")).Split('\n');

        Assert.Equal("2012-08-10", openstack[0]);
        Assert.Equal("latest", openstack[^1]);
        Assert.Equal(openstack.Order(StringComparer.Ordinal), openstack);
        Assert.Equal(metaData.Order(StringComparer.Ordinal), metaData);
        Assert.Contains("public-keys/", metaData);
        Assert.Equal("0=dawn", await lab.GetAsync("lark", "/latest/meta-data/public-keys/"));
        Assert.Equal("10.0.0.5", await lab.GetAsync("lark", "/2009-04-04/meta-data/local-ipv4"));
        Assert.Equal("#!/bin/sh\necho \"lark is awake\" > /run/lark\n", await lab.GetAsync("lark", "/openstack/latest/user_data"));
    }

    [Fact]
    public async Task Identity_headers_a_guest_sends_are_ignored()
    {
        var victim = JsonDocument.Parse(await lab.GetAsync("wren", "/openstack/latest/meta_data.json")).RootElement;
        var forged = await lab.CurlAsync(
            "lark", "/openstack/latest/meta_data.json",
            "-H", $"X-Instance-ID: {victim.GetProperty("uuid").GetString()}",
            "-H", $"X-Tenant-ID: {victim.GetProperty("project_id").GetString()}",
            "-H", "X-Instance-ID-Signature: 00", "-H", "X-Forwarded-For: 10.0.0.2", "-H", "X_Forwarded_For: 10.0.0.2",
            "-H", "X-Neutron-Network-ID: 1", "-H", "X-Neutron-Router-ID: 2", "-H", "X-OVN-Network-ID: 3", "-H", "X-Metadata-Provider: 4");

        Assert.Equal("lark", JsonDocument.Parse(forged.Output).RootElement.GetProperty("name").GetString());
    }

    [Fact]
    public async Task An_address_nobody_has_gets_nothing_and_without_port_security_reads_as_any_other_404()
    {
        await Run.ProgramAsync("ip", "-n", lab.Guest("lark"), "addr", "add", "10.0.0.251/24", "dev", "eth0");
        try
        {
            var guarded = await lab.CurlAsync("lark", "/openstack/latest/meta_data.json", "--interface", "10.0.0.251", "--max-time", "3");
            Assert.Equal((28, ""), (guarded.ExitCode, guarded.Output));

            await SetPortSecurityOfLarkAsync(on: false);
            var unknown = await lab.CurlAsync("lark", "/openstack/latest/meta_data.json", "--interface", "10.0.0.251", "-w", "%{http_code}");
            var noSuchPath = await lab.CurlAsync("lark", "/openstack/latest/no_such_file", "-w", "%{http_code}");

            Assert.EndsWith("404", unknown.Output, StringComparison.Ordinal);
            Assert.Contains(NotFoundTitle, unknown.Output);
            Assert.Equal(noSuchPath.Output, unknown.Output);
        }
        finally
        {
            await Run.ProgramAsync("ip", "-n", lab.Guest("lark"), "addr", "del", "10.0.0.251/24", "dev", "eth0");
            await SetPortSecurityOfLarkAsync(on: true);
        }
    }

    [Fact]
    public async Task A_password_is_written_once_and_read_back()
    {
        var first = await lab.CurlAsync("owl", "/openstack/latest/password", "-X", "POST", "--data-binary", "c2VjcmV0", "-w", "%{http_code}");
        var second = await lab.CurlAsync("owl", "/openstack/latest/password", "-X", "POST", "--data-binary", "b3RoZXI=", "-o", "/dev/null", "-w", "%{http_code}");

        Assert.Equal("200", first.Output);
        Assert.Equal("409", second.Output);
        Assert.Equal("c2VjcmV0", await lab.GetAsync("owl", "/openstack/latest/password"));
    }

    [Fact]
    public async Task Bad_guests_are_refused_and_do_not_disturb_others()
    {
        var oversize = await lab.CurlAsync("lark", "/openstack", "-H", $"X-Large: {new string('x', 40_000)}", "-o", "/dev/null", "-w", "%{http_code}");
        var malformed = await Run.InNamespaceAsync(
            lab.Guest("lark"), "bash", "-c", "exec 3<>/dev/tcp/169.254.169.254/80; printf 'NONSENSE\\r\\n\\r\\n' >&3; timeout 5 head -1 <&3");
        // A guest that never ends its header: another one is answered meanwhile.
        var slow = Run.InNamespaceAsync(
            lab.Guest("lark"), "bash", "-c", "exec 3<>/dev/tcp/169.254.169.254/80; printf 'GET / HTTP/1.1\\r\\nHost:' >&3; sleep 3");
        var other = await lab.CurlAsync("wren", "/openstack/latest/meta_data.json", "-w", "%{http_code}");
        await slow;

        Assert.Equal("431", oversize.Output);
        Assert.StartsWith("HTTP/1.1 400", malformed.Output, StringComparison.Ordinal);
        Assert.EndsWith("200", other.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_get_shows_is_what_the_guest_is_told()
    {
        var inside = await lab.GetAsync("heron", "/openstack/latest/network_data.json");
        var outside = await Run.FirstlightAsync("get", "heron", "network_data.json", "--config-file", Path.Combine(lab.StatePath, "firstlight.conf"));

        Assert.True(outside.ExitCode == 0, outside.ToString());
        Assert.Equal(inside, outside.Output.TrimEnd('\n'));
    }

    [Fact]
    public async Task A_wrong_signature_is_refused_by_the_metadata_API()
    {
        var ended = await Run.ProgramAsync(
            "curl", "-sS", "--max-time", "15", "-o", "/dev/null", "-w", "%{http_code}",
            "-H", "X-Instance-ID: 6c7a5bd8-0000-4000-8000-000000000000", "-H", $"X-Instance-ID-Signature: {new string('0', 64)}", "-H", "X-Tenant-ID: p",
            $"http://127.0.0.1:{lab.ApiPort}/openstack");

        Assert.Equal("403", ended.Output);
    }

    [Fact]
    public async Task A_change_is_told_at_once()
    {
        var config = Path.Combine(lab.StatePath, "firstlight.conf");
        var file = Path.Combine(lab.StatePath, "change.yaml");
        await File.WriteAllTextAsync(file, """
            servers:
              - name: wren
                project: aurora
                metadata: {nest: oak}
            """);

        var apply = await Run.FirstlightAsync("apply", file, "--config-file", config);
        Assert.True(apply.ExitCode == 0, apply.ToString());
        await Eventually.TrueAsync(
            async () => (await lab.GetAsync("wren", "/openstack/latest/meta_data.json")).Contains("\"nest\": \"oak\"", StringComparison.Ordinal),
            "the guest is told its new metadata");
    }

    [Fact]
    public async Task Status_shows_listener_and_last_fetch_of_every_guest()
    {
        await lab.GetAsync("lark", "/latest/meta-data/instance-id");

        var status = await lab.LabAsync("status");

        Assert.True(status.ExitCode == 0, status.ToString());
        Assert.Contains("169.254.169.254 port 80", status.Output);
        Assert.Contains("port 9697", status.Output);
        Assert.Contains("200 ", status.Output.Split('\n').Single(line => line.Contains("lark", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Management_is_served_on_its_own_address_and_never_to_guests()
    {
        var metrics = await Run.ProgramAsync("curl", "-sSf", $"http://{lab.Management}/metrics");
        var health = await Run.ProgramAsync("curl", "-sSf", $"http://{lab.Management}/healthz");
        var ready = await Run.ProgramAsync("curl", "-sSf", $"http://{lab.Management}/readyz");
        var guest = await lab.CurlAsync("lark", "/metrics", "-o", "/dev/null", "-w", "%{http_code}");

        Assert.Contains("# TYPE firstlight_", metrics.Output);
        Assert.Equal((0, 0), (health.ExitCode, ready.ExitCode));
        Assert.Equal("404", guest.Output);
    }

    private async Task SetPortSecurityOfLarkAsync(bool on)
    {
        var config = Path.Combine(lab.StatePath, "firstlight.conf");
        var file = Path.Combine(lab.StatePath, "port-security.yaml");
        var server = await Run.FirstlightAsync("server", "show", "lark", "-o", "json", "--config-file", config);
        var port = JsonDocument.Parse(server.Output).RootElement.GetProperty("ports")[0].GetString()!;
        await File.WriteAllTextAsync(file, $"servers:\n  - {{name: lark, project: aurora, ports: [{{id: {port}, network: meadow, port_security: {(on ? "true" : "false")}}}]}}\n");
        var apply = await Run.FirstlightAsync("apply", file, "--config-file", config);
        Assert.True(apply.ExitCode == 0, apply.ToString());
        await Eventually.TrueAsync(
            async () => (await Run.FirstlightAsync("port", "show", port, "-o", "json", "--config-file", config)).Output.Contains(
                on ? "\"guarded: " : "its port security is off", StringComparison.Ordinal),
            $"port security of lark is {(on ? "on" : "off")}");
    }
}

public sealed class KestrelGuestPathTests(KestrelGuestPathTests.Lab lab) : GuestPathTests(lab), IClassFixture<KestrelGuestPathTests.Lab>
{
    public sealed class Lab : LabFixture
    {
        public Lab() => Options = ["OS_FIRSTLIGHT__GUEST_ENGINE=kestrel"];
    }
}

public sealed class LeanGuestPathTests(LeanGuestPathTests.Lab lab) : GuestPathTests(lab), IClassFixture<LeanGuestPathTests.Lab>
{
    public sealed class Lab : LabFixture
    {
        public Lab() => Options = ["OS_FIRSTLIGHT__GUEST_ENGINE=lean"];
    }
}
