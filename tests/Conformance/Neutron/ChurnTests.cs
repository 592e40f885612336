using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Firstlight.System.Tests.Support;

namespace Firstlight.Conformance.Tests.Neutron;

/// <summary>Networks that come and go as Neutron's DHCP agent makes and deletes them, but faster: a namespace, a stand-in in it, guests with open connections.</summary>
[Collection(NeutronLabCollection.Name)]
public sealed class ChurnTests(NeutronLab lab)
{
    private const int Cycles = 200;
    private const int AtOnce = 4;

    // Every namespace has a device here whose other end is inside: it lives exactly as long as the kernel's namespace, name or no name.
    private const string Witness = "churn-witness";

    private static readonly IPEndPoint Service = new(IPAddress.Parse("169.254.169.254"), 80);

    [Fact]
    public async Task Two_hundred_networks_that_come_and_go_under_open_connections_leave_nothing_behind()
    {
        await lab.WireAsync(Wiring.OurListeners);
        var plain = await lab.GuestAsync("plain");
        await Eventually.TrueAsync(plain.IsServedAsync, "a guest of before is served");
        var standing = await StandingAsync();
        // Few names, used again and again: a namespace is made under the name of one that went.
        var networks = Enumerable.Range(0, AtOnce).Select(_ => Guid.NewGuid().ToString()).ToList();
        await lab.Host.RunAsync("ip", "netns", "add", Witness);
        try
        {
            // Once before counting: what the runtime and the agent open for good is open then.
            await Task.WhenAll(networks.Select(network => CycleAsync(network, endsStandIn: true)));
            await FreedAsync(standing);
            var before = await DescriptorsAsync();

            await Task.WhenAll(networks.Select(async network =>
            {
                // Neutron ends its proxy before it deletes a namespace; neutron-netns-cleanup does not.
                for (var i = 0; i < Cycles / AtOnce; i++) await CycleAsync(network, endsStandIn: i % 2 == 0);
            }));

            await FreedAsync(standing);
            await Eventually.TrueAsync(async () => await DescriptorsAsync() <= before, "our agent has as many descriptors open as before");
            Assert.True(await plain.IsServedAsync(), "a guest of before is served still");
        }
        finally
        {
            foreach (var name in (string[])[Witness, .. networks.Select(Name)]) await lab.Host.TryAsync("ip", "netns", "del", name);
        }
    }

    private static string Name(string network) => $"qdhcp-{network}";

    private async Task CycleAsync(string network, bool endsStandIn)
    {
        var (name, configuration, pid) = (Name(network), lab.Services.At($"run/{network}.conf"), lab.Services.At($"run/{network}.pid.haproxy"));
        await File.WriteAllTextAsync(configuration, $"global\n    pidfile {pid}\nlisten listener\n    bind 169.254.169.254:80\n    http-request set-header X-Neutron-Network-ID {network}\n");
        await lab.Host.RunAsync("sh", "-ec", $"""
            ip netns add {name}
            ip -n {name} link set lo up
            ip -n {name} addr add 169.254.169.254/32 dev lo
            ip link add w{Guid.NewGuid().ToString("N")[..12]} netns {Witness} type veth peer name ns-0 netns {name}
            ip netns exec {name} env FIRSTLIGHT_STAND_IN_DIR={lab.Services.At("stand-in")} sh {Path.Combine(AppContext.BaseDirectory, "Neutron", "stand-in", "haproxy")} -f {configuration}
            """);
        using var idle = await ConnectAsync(name);
        using var asking = await ConnectAsync(name);
        await asking.SendAsync("GET /openstack HTTP/1.1\r\nHost: m\r\n\r\n"u8.ToArray());
        Assert.True(await asking.ReceiveAsync(new byte[4096]) > 0, "it is answered, though nobody has that address");
        await asking.SendAsync("GET /half HTT"u8.ToArray());

        await lab.Host.RunAsync("sh", "-ec", $"{(endsStandIn ? $"kill $(cat {pid}); " : "")}ip netns del {name}");

        await EndedAsync(idle);
        await EndedAsync(asking);
    }

    // Nobody listens yet when a namespace is new.
    private async Task<Socket> ConnectAsync(string name)
    {
        Socket? socket = null;
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    socket = await lab.Host.ConnectAsync(Service, name, CancellationToken.None);
                    return true;
                }
                catch (SocketException)
                {
                    return false;
                }
            },
            $"our agent listens in {name}");
        return socket!;
    }

    private static async Task EndedAsync(Socket socket)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            while (await socket.ReceiveAsync(new byte[4096], patience.Token) > 0)
            {
                // Whatever is still said is not what is waited for.
            }
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            // Ended.
        }
    }

    private async Task FreedAsync(string standing)
    {
        await Eventually.TrueAsync(async () => (await lab.Host.RunAsync("ip", "-n", Witness, "-br", "link", "show", "type", "veth")).Length == 0, "the kernel freed every namespace");
        await Eventually.TrueAsync(async () => await StandingAsync() == standing, "listeners, registrations and stand-ins are those of before");
    }

    private async Task<string> StandingAsync()
    {
        var listeners = JsonElement.Parse(await lab.StatusAsync()).GetProperty("listeners").EnumerateArray();
        return $"{listeners.Count()} listeners, {Directory.GetFiles(lab.Services.At("stand-in")).Length} files, {lab.Host.Processes().Count(process => process.CommandLine.Contains("stand-in/haproxy", StringComparison.Ordinal))} processes";
    }

    // But for libraries, which the runtime opens when they are first needed, and connections to Neutron, kept for a while and as many as were needed at once.
    private async Task<int> DescriptorsAsync()
    {
        var agent = (await File.ReadAllTextAsync(lab.Services.At("run/our-agent.pid"))).Trim();
        return int.Parse(
            await lab.Host.RunAsync("sh", "-c", $"echo $(($(find /proc/{agent}/fd -type l ! -lname '*.dll' | wc -l) - $(ss -tnpH dport = :{Lab.NeutronPort} | grep -c 'pid={agent},')))"), CultureInfo.InvariantCulture);
    }
}
