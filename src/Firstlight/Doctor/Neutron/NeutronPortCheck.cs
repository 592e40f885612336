using System.Net;
using Firstlight.Cli;
using Firstlight.Cli.Output;
using Firstlight.Inventory.Neutron;

namespace Firstlight.Doctor.Neutron;

/// <summary>The port in Neutron: by address, or by id of itself or of its server.</summary>
internal sealed class NeutronPortCheck(NeutronCase on) : ICheck
{
    public string Hop => Hops.Port;

    public IReadOnlyList<string> Needs => [Hops.Neutron];

    public async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        var ports = (await FindAsync(cancellationToken)).Where(p => on.Question.Network is null || p.NetworkId == on.Question.Network).ToList();
        switch (ports)
        {
            case []:
                throw new ProgramEndException(ExitCodes.Usage, $"Neutron has no port {on.Question.Subject}{(on.Question.Network is null ? "" : $" on network {on.Question.Network}")} that this account sees");
            case [var port]:
                on.Port = port;
                on.From = Parts.Address(on.Question.Subject) ?? AddressOf(port);
                return Judge(port);
            default:
                throw new ProgramEndException(
                    ExitCodes.Usage, $"{on.Question.Subject} is there {ports.Count} times, say which network: {string.Join("; ", ports.Select(p => $"--network {p.NetworkId} (project {Project(p)}, device {p.DeviceId})"))}");
        }
    }

    private async Task<IReadOnlyList<NeutronPort>> FindAsync(CancellationToken cancellationToken)
    {
        var subject = on.Question.Subject;
        if (Parts.Address(subject) is { } address) return await on.Client.PortsAsync(NeutronQuery.All.Where("fixed_ips", $"ip_address={address}"), cancellationToken);
        if (!Guid.TryParse(subject, out var id)) throw new ProgramEndException(ExitCodes.Usage, $"beside Neutron a guest is named by address, or by id of its port or server: {subject} is none of them");
        var port = await on.Client.PortsAsync(NeutronQuery.All.Where("id", $"{id}"), cancellationToken);
        return port.Count > 0 ? port : await on.Client.PortsAsync(NeutronQuery.All.Where("device_id", $"{id}"), cancellationToken);
    }

    private Finding Judge(NeutronPort port)
    {
        var seen = $"{port.Id} of network {port.NetworkId}: {port.MacAddress}, {string.Join(", ", (port.FixedIps ?? []).Select(f => f.IpAddress))}";
        if (on.From is null) return Finding.Wrong(Hop, seen, "the port has no address", "give it one: openstack port set --fixed-ip subnet=SUBNET PORT");
        return string.IsNullOrEmpty(port.DeviceId)
            ? Finding.Wrong(Hop, $"{seen}, no device", "the port has no device_id: whoever asks from its address is told 404", "openstack server add port SERVER PORT")
            : Finding.Right(Hop, $"{seen}, device {port.DeviceId} of project {Project(port)}");
    }

    private static string Project(NeutronPort port) => port.ProjectId ?? port.TenantId ?? "none";

    private static IPAddress? AddressOf(NeutronPort port)
    {
        var addresses = (port.FixedIps ?? []).Select(f => IPAddress.TryParse(f.IpAddress, out var a) ? a : null).OfType<IPAddress>().ToList();
        return addresses.Find(a => a.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork) ?? addresses.FirstOrDefault();
    }
}
