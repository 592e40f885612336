using System.Net;
using Firstlight.Cli;
using Firstlight.Cli.Output;
using Firstlight.Cli.Views;
using Firstlight.Configuration;
using Firstlight.Inventory;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Doctor;

/// <summary>The port whose path is walked.</summary>
/// <param name="Port">The port.</param>
/// <param name="Found">How it was found, for a person.</param>
internal sealed record Patient(Port Port, string Found)
{
    /// <summary>Finds it by name or id of a server or port, or by address.</summary>
    /// <param name="cloud">The inventory.</param>
    /// <param name="text">What was typed.</param>
    /// <param name="network">Network an address or a port's name is looked for on; null for all.</param>
    /// <param name="project">Project a name is looked for in; null for all.</param>
    /// <exception cref="ProgramEndException">There is none, or there are several: the line names them.</exception>
    public static Patient Find(Cloud cloud, string text, string? network, string? project)
    {
        var onNetwork = network is null ? null : Planner.Resolve(cloud, ResourceKind.Network, network, project);
        if (Parts.Address(text) is { } address) return OfAddress(cloud, address, onNetwork);

        var owner = project is null ? null : Planner.Resolve(cloud, ResourceKind.Project, project, null);
        var servers = cloud.Servers.Values.Where(s => IsNamed(s.Id, s.Name, text) && (owner is null || s.ProjectId == owner)).ToList();
        var ports = cloud.Ports.Values.Where(p => IsNamed(p.Id, p.Name, text) && (onNetwork is null || p.NetworkId == onNetwork) && (owner is null || p.ProjectId == owner)).ToList();
        return (servers, ports) switch
        {
            ([var server], []) => OfServer(cloud, server, onNetwork),
            ([], [var port]) => new Patient(port, $"port {NameOf(port)}"),
            ([], []) => throw Nothing(cloud, text),
            _ => throw Several(text, [.. servers.Select(s => $"server {s.Id} of project {ProjectName(cloud, s.ProjectId)}"), .. ports.Select(p => $"port {p.Id} on {NetworkName(cloud, p)}")], "give the id, or --project or --network"),
        };
    }

    private static Patient OfAddress(Cloud cloud, IPAddress address, string? network)
    {
        var ports = cloud.Ports.Values.Where(p => (network is null || p.NetworkId == network) && p.FixedIps.Any(f => f.Address.Equals(address)))
            .OrderBy(p => NetworkName(cloud, p), StringComparer.Ordinal).ToList();
        return ports switch
        {
            [var port] => new Patient(port, $"address {address}"),
            [] => throw new ProgramEndException(
                ExitCodes.Usage, network is null ? $"no port has the address {address}" : $"no port of network {NetworkName(cloud, network)} has the address {address}"),
            _ => throw Several(
                $"{address}", [.. ports.Select(p => $"--network {NetworkName(cloud, p)} (project {ProjectName(cloud, p.ProjectId)}, {UserOf(cloud, p)})")], "say which network"),
        };
    }

    private static Patient OfServer(Cloud cloud, Server server, string? network)
    {
        var all = CloudViews.PortsOf(cloud, server).ToList();
        var ports = all.Where(p => network is null || p.NetworkId == network).ToList();
        if (ports.Count == 0)
            throw new ProgramEndException(ExitCodes.Refused, $"server {server.Name} has no port{(network is null ? "" : $" on network {NetworkName(cloud, network)}")}: 'firstlight port create NAME --network NETWORK --server {server.Name}' makes one");
        return new Patient(ports[0], all.Count == 1 ? $"server {server.Name}" : $"server {server.Name}, port {all.IndexOf(ports[0]) + 1} of {all.Count}; --network chooses another");
    }

    private static ProgramEndException Nothing(Cloud cloud, string text)
    {
        var near = Nearest.Find(text, cloud.Servers.Values.Select(s => s.Name).Concat(cloud.Ports.Values.Select(p => p.Name)).Where(n => n.Length > 0).Distinct());
        return new ProgramEndException(ExitCodes.Usage, $"there is no server, port or address {text}{(near is null ? "" : $"; did you mean {near}?")}");
    }

    private static ProgramEndException Several(string text, IReadOnlyList<string> candidates, string what) =>
        new(ExitCodes.Usage, $"{text} is there {candidates.Count} times, {what}: {string.Join("; ", candidates)}");

    private static string UserOf(Cloud cloud, Port port) =>
        cloud.Servers.TryGetValue(port.DeviceId, out var server) ? $"server {server.Name}" : port.DeviceOwner.Length > 0 ? port.DeviceOwner : "nobody's port";

    private static string NameOf(Port port) => port.Name.Length > 0 ? port.Name : port.Id;

    private static string NetworkName(Cloud cloud, Port port) => NetworkName(cloud, port.NetworkId);

    private static string NetworkName(Cloud cloud, string id) => cloud.Networks.TryGetValue(id, out var network) ? network.Name : id;

    private static string ProjectName(Cloud cloud, string id) => cloud.Projects.TryGetValue(id, out var project) ? project.Name : id;

    private static bool IsNamed(string id, string name, string text) =>
        name == text || id == text || (Guid.TryParse(text, out var uuid) && Guid.TryParse(id, out var own) && uuid == own);
}
