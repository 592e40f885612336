using System.Net;
using System.Net.Sockets;
using Firstlight.Agent.Discover;
using Firstlight.Agent.Listeners;
using Firstlight.Agent.Tests.Support;

namespace Firstlight.Agent.Tests.Discover;

/// <summary>The real script, started as Neutron's agents start haproxy, with configurations as its releases write them.</summary>
public sealed class StandInTests : IDisposable
{
    private const int Hangup = 1;
    private const int Interrupt = 2;
    private const int Kill = 9;
    private const int Terminate = 15;

    private const string Network = """

        global
            log         /dev/log local0 info
            log-tag     haproxy-metadata-proxy-UUID
            user        root
            group       root
            maxconn     1024
            pidfile     PIDFILE
            daemon

        defaults
            log global
            mode http
            option forwardfor
            timeout http-request    30s

        listen listener
            bind 169.254.169.254:80

            server metadata /var/lib/neutron/metadata_proxy
            http-request del-header X-Neutron-Router-ID
            http-request set-header X-Neutron-Network-ID UUID
        """;

    private readonly string _id = DiscoveryRun.NewId();
    private readonly StandInHost _host = new();

    [Fact]
    public async Task Network_is_served_while_its_stand_in_runs()
    {
        var name = $"qdhcp-{_id}";
        using var space = new TestNamespace(name).WithGuests("10.0.0.5");
        await using var run = await StartAsync(name);
        run.Agent.Directory.Add(DiscoveryRun.Network(_id), "10.0.0.5", "instance");
        await Eventually.IsTrue(() => run.Discovery.Describe().Namespaces is [{ Source: DiscoverySource.None }], "the namespace was seen");

        var standIn = _host.Start(space, _id, Network);
        Assert.True(standIn.IsActive());
        Assert.Contains("\0-f\0", await File.ReadAllTextAsync($"/proc/{standIn.Pid}/cmdline"), StringComparison.Ordinal);
        await run.ListensOn("169.254.169.254:80");
        Assert.Equal("instance /", (await GuestClient.GetAsync(space, source: "10.0.0.5")).Text);
        using var open = await GuestClient.ConnectAsync(space, "10.0.0.5");
        await Eventually.IsTrue(() => run.Agent.Server.Describe().Listeners.Sum(listener => listener.Connections) > 0, "the connection is open");
        standIn.Signal(Hangup);
        Assert.True(standIn.IsActive());

        standIn.Signal(Terminate);

        await standIn.HasEnded();
        await run.ListensOn();
        var end = await Assert.ThrowsAsync<SocketException>(() => open.ReceiveAsync(new byte[1]));
        Assert.Equal(SocketError.ConnectionReset, end.SocketErrorCode);
        Assert.Empty(_host.Registered());
        // Neutron removes it itself, as haproxy leaves it too.
        Assert.True(File.Exists(_host.PidFile(_id)));
    }

    [Theory]
    [InlineData("bind 169.254.169.254:80\n    bind fe80::a9fe:a9fe:80 interface ns-ab65a1b8-f3", "X-Neutron-Network-ID", "169.254.169.254:80|[fe80::a9fe:a9fe]:80 ns-ab65a1b8-f3", "network")]
    [InlineData("bind 169.254.169.254:80\n    bind [fe80::a9fe:a9fe]:80 interface tapab65a1b8-f3", "X-Neutron-Network-ID", "169.254.169.254:80|[fe80::a9fe:a9fe]:80 tapab65a1b8-f3", "network")]
    [InlineData("bind :::9697\n    ", "X-Neutron-Router-ID", "0.0.0.0:9697|[::]:9697", "router")]
    [InlineData("bind [::]:9697", "X-Neutron-Router-ID", "0.0.0.0:9697|[::]:9697", "router")]
    [InlineData("bind 0.0.0.0:9697", "X-Neutron-Router-ID", "0.0.0.0:9697", "router")]
    [InlineData("bind 0.0.0.0:80", "X-OVN-Network-ID", "0.0.0.0:80", "network")]
    public async Task Configurations_of_every_release_say_where_and_who(string bind, string header, string expected, string scope)
    {
        // As 23 and later write it: rate limits, threads, a quiet log.
        var configuration = $"""
            global
                log         /dev/log local0 debug
                nbthread    2
                pidfile     PIDFILE
                daemon

            backend base_rate_limiter
                stick-table type ip size 10k expire 10s store http_req_rate(10s)

            listen listener
                {bind}
                http-request track-sc0 src table base_rate_limiter
                http-request deny deny_status 429 if TRUE
                server metadata /var/lib/neutron/metadata_proxy
                http-request del-header X-Neutron-Router-ID
                http-request {(header == "X-OVN-Network-ID" ? "add" : "set")}-header {header} UUID
            """;
        // Any name will do: the configuration says whose the namespace is.
        using var space = new TestNamespace();
        await using var run = await StartAsync(space.Name);
        _host.Start(space, _id, configuration);

        await Eventually.IsTrue(() => run.Discovery.Describe().Namespaces.Count == 1, "it was registered");

        var found = run.Discovery.Describe().Namespaces[0];
        Assert.Equal($"{scope} {_id}", found.Scope.ToString());
        Assert.Equal(expected, string.Join('|', found.Listeners.Select(Text).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task Registration_wins_over_the_name()
    {
        // Neutron's "metadata network": a network's namespace whose guests are known by a router.
        var (name, router) = ($"qdhcp-{DiscoveryRun.NewId()}", _id);
        using var space = new TestNamespace(name).WithGuests("10.0.0.5");
        await using var run = await StartAsync(name, onlyRegistered: false);
        run.Agent.Directory.Add(DiscoveryRun.Router(router), "10.0.0.5", "by-router");
        run.Agent.Directory.Add(DiscoveryRun.Network(name["qdhcp-".Length..]), "10.0.0.5", "by-network");
        await run.ListensOn("169.254.169.254:80");
        Assert.Equal("by-network /", (await GuestClient.GetAsync(space, source: "10.0.0.5")).Text);

        var standIn = _host.Start(space, router, Network.Replace("X-Neutron-Network-ID", "X-Neutron-Router-ID", StringComparison.Ordinal));
        await Eventually.IsTrue(() => run.Discovery.Describe().Namespaces is [{ Source: DiscoverySource.StandIn }], "the registration counts");
        await run.ListensOn("169.254.169.254:80");
        Assert.Equal("by-router /", (await GuestClient.GetAsync(space, source: "10.0.0.5")).Text);

        standIn.Signal(Interrupt);
        await Eventually.IsTrue(() => run.Discovery.Describe().Namespaces is [{ Source: DiscoverySource.Name }], "the name counts again");
    }

    [Fact]
    public async Task Killed_stand_in_is_noticed_and_its_registration_removed()
    {
        var name = $"qdhcp-{_id}";
        using var space = new TestNamespace(name);
        await using var run = await StartAsync(name, sweep: TimeSpan.FromMilliseconds(100));
        var standIn = _host.Start(space, _id, Network);
        await run.ListensOn("169.254.169.254:80");

        standIn.Signal(Kill);

        await standIn.HasEnded();
        await run.ListensOn();
        Assert.Empty(_host.Registered());
        Assert.Contains(run.Log.Lines, line => line.Text.Contains("ended without removing it", StringComparison.Ordinal));
        // As Neutron's process monitor does.
        var next = _host.Start(space, _id, Network);
        Assert.True(next.IsActive());
        await run.ListensOn("169.254.169.254:80");
    }

    [Fact]
    public async Task Registration_waits_for_an_agent_and_outlives_it()
    {
        var name = $"qdhcp-{_id}";
        using var space = new TestNamespace(name);
        var standIn = _host.Start(space, _id, Network);
        for (var start = 0; start < 2; start++)
        {
            await using var run = await StartAsync(name);
            await run.ListensOn("169.254.169.254:80");
        }

        Assert.True(standIn.IsActive());
        Assert.Equal(2, _host.Registered().Length);
    }

    [Fact]
    public async Task Second_stand_in_of_an_id_takes_over_and_the_end_of_the_first_changes_nothing()
    {
        var name = $"qdhcp-{_id}";
        using var space = new TestNamespace(name);
        await using var run = await StartAsync(name);
        var first = _host.Start(space, _id, Network);
        var pid = first.Pid;
        await run.ListensOn("169.254.169.254:80");
        var second = _host.Start(space, _id, Network);
        Assert.NotEqual(pid, second.Pid);
        await Eventually.IsTrue(() => run.Discovery.Describe().StandIns == 2, "both are seen");

        first.Signal(Terminate);

        await Eventually.IsTrue(() => run.Discovery.Describe().StandIns == 1, "the first is gone");
        await run.ListensOn("169.254.169.254:80");
        Assert.True(second.IsActive());
        second.Signal(Terminate);
        await run.ListensOn();
    }

    [Fact]
    public async Task Stand_in_left_in_a_deleted_namespace_is_ended_so_that_the_kernel_can_free_it()
    {
        var name = $"qdhcp-{_id}";
        using var cable = new Cable(service: name);
        await using var run = await StartAsync(name);
        var standIn = _host.Start(cable.Service, _id, Network);
        await run.ListensOn("169.254.169.254:80");

        // As neutron-netns-cleanup does, which only ends what listens.
        cable.Service.Delete();

        await run.ListensOn();
        await standIn.HasEnded();
        await Eventually.IsTrue(() => !Ip.TryTool("ip", out _, "-n", cable.Guest.Name, "link", "show", "eth0"), "the kernel freed the namespace");
        Assert.Empty(_host.Registered());
    }

    [Fact]
    public async Task Directory_that_others_can_write_to_is_not_believed()
    {
        var name = $"qdhcp-{_id}";
        using var space = new TestNamespace(name);
        _host.Start(space, _id, Network);
        File.SetUnixFileMode(_host.Registrations, File.GetUnixFileMode(_host.Registrations) | UnixFileMode.OtherWrite);

        await using var run = await StartAsync(name);

        await Eventually.IsTrue(() => run.Log.Lines.Any(line => line.Text.Contains("mode 0755", StringComparison.Ordinal)), "it was said");
        Assert.Empty(run.Listening());
        Assert.Equal(2, _host.Registered().Length);
    }

    [Fact]
    public void Calls_that_cannot_end_well_fail_with_the_reason()
    {
        using var space = new TestNamespace();
        var cases = new (string Configuration, string Reason)[]
        {
            (Network.Replace("    pidfile     PIDFILE\n", "", StringComparison.Ordinal), "names no pidfile"),
            (Network.Replace("PIDFILE", "/nowhere/at/all/PIDFILE", StringComparison.Ordinal), "cannot register"),
            ("frontend web\n    bind *:80\n    default_backend servers\n", "no configuration of a Neutron metadata proxy"),
        };
        foreach (var (configuration, reason) in cases)
        {
            var (succeeded, output) = _host.TryRun(space, "-f", _host.Write(_id, configuration));
            Assert.False(succeeded);
            Assert.Contains(reason, output, StringComparison.Ordinal);
        }

        Assert.Contains("cannot read", _host.TryRun(space, "-f", "/nowhere.conf").Output, StringComparison.Ordinal);
        Assert.Contains("no configuration given", _host.TryRun(space).Output, StringComparison.Ordinal);
        Assert.Empty(_host.Registered());
    }

    [Fact]
    public void Questions_about_itself_start_nothing()
    {
        using var space = new TestNamespace();

        Assert.True(_host.TryRun(space, "-v").Succeeded);
        Assert.True(_host.TryRun(space, "-c", "-f", _host.Write(_id, Network)).Succeeded);
        Assert.False(_host.TryRun(space, "-c", "-f", _host.Write(_id, "frontend web\n    bind *:80\n")).Succeeded);

        Assert.Empty(_host.Registered());
        Assert.False(File.Exists(_host.PidFile(_id)));
    }

    [Theory]
    [InlineData("pid=1\nidentity=X-Neutron-Network-ID 69015242-f814-43cd-8e73-ba7ac0bd99ef\nbind=169.254.169.254:80\n", "names no namespace")]
    [InlineData("namespace=net:[1]\nidentity=X-Instance-ID 69015242-f814-43cd-8e73-ba7ac0bd99ef\nbind=169.254.169.254:80\n", "no identity header")]
    [InlineData("namespace=net:[1]\nidentity=X-Neutron-Network-ID ../../etc\nbind=169.254.169.254:80\n", "no identity header")]
    [InlineData("namespace=net:[1]\nidentity=X-Neutron-Network-ID 69015242-f814-43cd-8e73-ba7ac0bd99ef\n", "binds nothing")]
    [InlineData("namespace=net:[1]\nidentity=X-Neutron-Network-ID 69015242-f814-43cd-8e73-ba7ac0bd99ef\nbind=fe80::a9fe:a9fe:80\n", "not understood")]
    [InlineData("namespace=net:[1]\nidentity=X-Neutron-Network-ID 69015242-f814-43cd-8e73-ba7ac0bd99ef\nbind=169.254.169.254:http\n", "not understood")]
    [InlineData("namespace=net:[1]\nidentity=X-Neutron-Network-ID 69015242-f814-43cd-8e73-ba7ac0bd99ef\nbind=169.254.169.254:70000\n", "not understood")]
    [InlineData("", "names no namespace")]
    public void Registration_that_makes_no_sense_is_of_no_use(string text, string reason)
    {
        Assert.Null(StandIn.Parse("file", text, out var problem));
        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    public void Dispose() => _host.Dispose();

    private Task<DiscoveryRun> StartAsync(string name, bool onlyRegistered = true, TimeSpan? sweep = null) => DiscoveryRun.StartAsync(
        [name],
        options => options with { StandInDirectory = _host.Registrations, OnlyRegistered = onlyRegistered, Ipv6 = false, SweepInterval = sweep ?? options.SweepInterval });

    private static string Text(ListenerSpec spec) => new IPEndPoint(spec.Address, spec.Port) + (spec.Device is null ? "" : $" {spec.Device}");
}
