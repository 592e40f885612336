using System.Globalization;
using System.Text.Json;
using Firstlight.System.Tests.Support;

namespace Firstlight.Conformance.Tests.Neutron;

/// <summary>Attaches a guest to its port: a pair of devices whose end on the host is named and bridged as Nova does it; Neutron's linuxbridge agent takes it from there.</summary>
internal static class GuestAttachment
{
    /// <summary>Returns when Neutron's linuxbridge agent has taken the device.</summary>
    public static async Task<LabGuest> AttachAsync(NeutronLab lab, string name, JsonElement port, bool viaRouter)
    {
        var guest = LabGuest.Of(lab.Host, name);
        if (lab.Host.Namespaces().Contains(guest.Namespace)) return guest;
        var (id, network) = (port.GetProperty("id").GetString()!, port.GetProperty("network_id").GetString()!);
        var mtu = (await lab.Neutron.GetAsync($"networks/{network}")).GetProperty("mtu").GetInt32();
        var (tap, bridge) = ($"tap{id[..11]}", $"brq{network[..11]}");
        var commands = new List<string>
        {
            $"ip netns add {guest.Namespace}",
            $"ip -n {guest.Namespace} link set lo up",
            $"ip link add {tap} mtu {mtu} type veth peer name eth0 mtu {mtu} address {port.GetProperty("mac_address").GetString()} netns {guest.Namespace}",
            $"ip link set {tap} up master {bridge}",
            $"ip -n {guest.Namespace} link set eth0 up",
        };
        foreach (var fixedIp in port.GetProperty("fixed_ips").EnumerateArray()) commands.AddRange(await AddressAsync(lab, guest, network, fixedIp, viaRouter));
        await Eventually.TrueAsync(async () => (await lab.Host.TryAsync("test", "-d", $"/sys/class/net/{bridge}/bridge")).ExitCode == 0, $"the bridge of {name}'s network is there");
        await lab.Host.RunAsync("sh", "-ec", string.Join('\n', commands));
        // Not the port's status: two agents that report at the same time leave it DOWN for good now and then, with Neutron 21.
        await lab.Services.Switch.UntilAsync(() => Task.FromResult(lab.Services.Switch.Log.Contains($"Port {tap} updated", StringComparison.Ordinal)), $"has not taken {name}'s device");
        return guest;
    }

    /// <summary>Takes the guest away again, as Nova does before it deletes a port.</summary>
    public static Task DetachAsync(NeutronLab lab, LabGuest guest) => lab.Host.RunAsync("ip", "netns", "del", guest.Namespace);

    /// <summary>Number of the guest's device, for link-local addresses.</summary>
    public static async Task<long> DeviceAsync(NeutronLab lab, LabGuest guest) =>
        long.Parse(await lab.Host.RunAsync("ip", "netns", "exec", guest.Namespace, "cat", "/sys/class/net/eth0/ifindex"), CultureInfo.InvariantCulture);

    // The address and the routes that DHCP would tell.
    private static async Task<IReadOnlyList<string>> AddressAsync(NeutronLab lab, LabGuest guest, string network, JsonElement fixedIp, bool viaRouter)
    {
        var (address, subnetId) = (fixedIp.GetProperty("ip_address").GetString()!, fixedIp.GetProperty("subnet_id").GetString()!);
        var subnet = await lab.Neutron.GetAsync($"subnets/{subnetId}");
        var (length, gateway) = (subnet.GetProperty("cidr").GetString()!.Split('/')[1], subnet.GetProperty("gateway_ip").GetString());
        var six = address.Contains(':', StringComparison.Ordinal);
        var commands = new List<string> { $"ip -n {guest.Namespace} addr add {address}/{length} dev eth0{(six ? " nodad" : "")}" };
        if (gateway is not null) commands.Add($"ip -n {guest.Namespace} {(six ? "-6 " : "")}route replace default via {gateway} dev eth0");
        if (six || viaRouter || !subnet.GetProperty("enable_dhcp").GetBoolean()) return commands;
        string? dhcp = null;
        await Eventually.TrueAsync(async () => (dhcp = await DhcpAddressAsync(lab, network, subnetId)) is not null, $"the DHCP agent has an address on {guest.Name}'s subnet");
        commands.Add($"ip -n {guest.Namespace} route replace 169.254.169.254/32 via {dhcp} dev eth0");
        return commands;
    }

    private static async Task<string?> DhcpAddressAsync(NeutronLab lab, string network, string subnetId) =>
        (await lab.Neutron.ListAsync($"ports?network_id={network}&device_owner=network:dhcp"))
            .SelectMany(p => p.GetProperty("fixed_ips").EnumerateArray())
            .Where(f => f.GetProperty("subnet_id").GetString() == subnetId)
            .Select(f => f.GetProperty("ip_address").GetString())
            .FirstOrDefault();
}
