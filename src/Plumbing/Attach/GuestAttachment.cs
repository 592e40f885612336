using System.Text.Json;
using Firstlight.Plumbing.Interop;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Namespaces;
using Firstlight.Plumbing.Processes;

namespace Firstlight.Plumbing.Attach;

/// <summary>Plugs guests into the bridges that a host agent keeps, and out again. Needs root; may run beside the agent, in any process.</summary>
public sealed class GuestAttachment
{
    // The agent hears of a new port by a change notice; ten seconds are many turns.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ProgramDeadline = TimeSpan.FromSeconds(30);

    private readonly string _stateDirectory;
    private readonly TimeProvider _time;
    private readonly ProcessRunner _runner;
    private readonly PortGuardWatch _guard;
    private readonly Hand _hand;
    private readonly IpTool _ip;

    /// <summary>Nothing is touched yet.</summary>
    /// <param name="stateDirectory">State directory of the agent (<c>$state_path</c>).</param>
    /// <param name="time">Clock of deadlines.</param>
    public GuestAttachment(string stateDirectory, TimeProvider time)
    {
        (_stateDirectory, _time) = (stateDirectory, time);
        _runner = new ProcessRunner(ProgramDeadline, time);
        _guard = new PortGuardWatch(stateDirectory);
        _hand = new Hand(_runner);
        _ip = new IpTool(_hand);
    }

    /// <summary>How long the agent is waited for when bridge or guard of a port do not stand yet; default 10 s.</summary>
    public TimeSpan WaitForAgent { get; init; } = Patience;

    /// <summary>What the kernel's rules hold a port to now.</summary>
    public GuardState Guard(WantedPort port) => _guard.Read(port);

    /// <summary>Name of the table of family bridge that guards the ports of a state directory.</summary>
    public static string GuardTable(string stateDirectory) => Nftables.PortGuardRuleset.TableOf(stateDirectory);

    /// <summary>Whether the device of a port stands in the bridge of its network.</summary>
    public static bool IsPlugged(string portId, string networkId) =>
        Directory.Exists($"/sys/class/net/{DeviceNames.Bridge(networkId)}/brif/{DeviceNames.HostEnd(portId)}");

    /// <summary>Waits until the agent carries the port's network and guards the port.</summary>
    /// <exception cref="AttachException">It does not, or the port is not a guest's.</exception>
    public async Task EnsureReadyAsync(WantedPort port, CancellationToken cancellationToken)
    {
        if (port.Trust == PortTrust.Infrastructure) throw new AttachException($"port {port.Id} is the cloud's own (DHCP or router): no guest can be plugged into it");
        var deadline = _time.GetUtcNow() + WaitForAgent;
        while (Missing(port) is { } missing)
        {
            if (_time.GetUtcNow() >= deadline) throw new AttachException(missing);
            await Task.Delay(Look, _time, cancellationToken);
        }
    }

    /// <summary>Makes the device of a port, or what it lacks, and plugs it into its bridge once the guard stands. Can be done twice.</summary>
    /// <exception cref="AttachException">The agent does not carry the network or guard the port, or another device has the name.</exception>
    /// <exception cref="ProcessFailedException">A program failed; what was made stays, shut off, and can be completed or detached.</exception>
    public async Task AttachAsync(GuestDevice wanted, CancellationToken cancellationToken)
    {
        await EnsureReadyAsync(wanted.Port, cancellationToken);
        var device = DeviceNames.HostEnd(wanted.Port.Id);
        if (!Directory.Exists($"/sys/class/net/{device}")) await CreateAsync(device, wanted, cancellationToken);
        else await RefuseOtherAsync(device, wanted, cancellationToken);

        HostIsolation.Apply(_hand, device);
        await _ip.RunAsync(
            networkNamespace: null,
            [$"link set dev {device} mtu {wanted.Mtu}", $"link set dev {device} master {DeviceNames.Bridge(wanted.Port.NetworkId)}", $"link set dev {device} up"],
            cancellationToken);
    }

    /// <summary>Takes the device of a port away.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="AttachException">The device of that name is neither tap nor veth.</exception>
    public async Task<bool> DetachAsync(string portId, CancellationToken cancellationToken)
    {
        var device = DeviceNames.HostEnd(portId);
        if (!Directory.Exists($"/sys/class/net/{device}")) return false;
        if (await KindOfAsync(device, cancellationToken) is null) throw new AttachException($"{device} is neither tap nor veth: it was not made by 'port attach'");
        await _ip.RunAsync(networkNamespace: null, [HostPlan.Delete(device)], cancellationToken);
        return true;
    }

    private string? Missing(WantedPort port)
    {
        var bridge = DeviceNames.Bridge(port.NetworkId);
        if (!Directory.Exists($"/sys/class/net/{bridge}"))
            return $"there is no bridge {bridge} on this host: 'firstlight standalone' or 'firstlight host-agent' makes it, and must run with this state path ({_stateDirectory})";
        var state = Guard(port);
        return state.IsGuarded || state.IsOff ? null : $"port {port.Id} is not guarded yet, so it is not plugged in: {state.Reason}";
    }

    private async Task CreateAsync(string device, GuestDevice wanted, CancellationToken cancellationToken)
    {
        if (wanted.Kind == GuestDeviceKind.Tap)
        {
            var owner = (wanted.User is { } user ? $" user {user}" : "") + (wanted.Group is { } group ? $" group {group}" : "");
            await _ip.RunAsync(networkNamespace: null, [$"tuntap add dev {device} mode tap{owner}", $"link set dev {device} addrgenmode none"], cancellationToken);
            return;
        }

        if (wanted.NetworkNamespace is { } name && !File.Exists(NamespaceList.PathOf(name)))
            throw new AttachException($"there is no namespace {name}: 'ip netns add {name}' makes it");
        var far = FarName(wanted);
        var temporary = wanted.NetworkNamespace is null ? far : Vif(wanted);
        await _ip.RunAsync(
            networkNamespace: null,
            [
                $"link add name {device} mtu {wanted.Mtu} type veth peer name {temporary} address {Format.Mac(wanted.Port.Mac)} mtu {wanted.Mtu}",
                $"link set dev {device} addrgenmode none",
                .. wanted.NetworkNamespace is { } inside ? new[] { $"link set dev {temporary} netns {inside} name {far}" } : [],
            ],
            cancellationToken);
    }

    private async Task RefuseOtherAsync(string device, GuestDevice wanted, CancellationToken cancellationToken)
    {
        if (await KindOfAsync(device, cancellationToken) != wanted.Kind)
            throw new AttachException($"{device} exists and is no {wanted.Kind.ToString().ToLowerInvariant()}: 'firstlight port detach' takes it away");
        if (wanted.Kind == GuestDeviceKind.Tap) return;
        if (FarEnd(wanted) is not { } far || !wanted.Port.Mac.Equals(far.Mac))
            throw new AttachException($"{device} exists, and its other end is not {FarName(wanted)} of {wanted.NetworkNamespace ?? "this host"}: 'firstlight port detach' takes it away");
    }

    private static Device? FarEnd(GuestDevice wanted)
    {
        if (wanted.NetworkNamespace is { } missing && NamespaceList.IdentityOf(missing) is null) return null;
        using var sockets = new NamespaceSockets();
        using var routes = wanted.NetworkNamespace is { } name ? sockets.OpenRoutes(NamespaceList.PathOf(name), out _) : NetlinkSocket.Open(Netlink.NETLINK_ROUTE);
        return LinkReader.Find(routes, FarName(wanted));
    }

    private static string FarName(GuestDevice wanted) => wanted.FarName ?? (wanted.NetworkNamespace is null ? Vif(wanted) : "eth0");

    private static string Vif(GuestDevice wanted) => "vif" + DeviceNames.HostEnd(wanted.Port.Id)[3..];

    private async Task<GuestDeviceKind?> KindOfAsync(string device, CancellationToken cancellationToken)
    {
        var shown = await _runner.RunAsync(new ProcessCall($"looking at {device}", "ip", ["-j", "-d", "link", "show", "dev", device]), cancellationToken);
        using var document = JsonDocument.Parse(shown);
        if (!document.RootElement[0].TryGetProperty("linkinfo", out var info) || !info.TryGetProperty("info_kind", out var kind)) return null;
        return kind.GetString() switch { "tun" => GuestDeviceKind.Tap, "veth" => GuestDeviceKind.Veth, _ => null };
    }
}
