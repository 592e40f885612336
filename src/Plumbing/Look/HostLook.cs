using System.Net.NetworkInformation;
using System.Text.Json;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Namespaces;
using Firstlight.Plumbing.Processes;

namespace Firstlight.Plumbing.Look;

/// <summary>Looks at this host's namespaces, devices, rules, sockets and daemons. Changes nothing. Needs root for what is inside namespaces.</summary>
/// <param name="runner">Runs iproute2's programs and nft.</param>
public sealed class HostLook(ProcessRunner runner)
{
    /// <summary>Looks for a namespace by name.</summary>
    public NamespaceSeen Namespace(string name) => new(File.Exists(NamespaceList.PathOf(name)), NamespaceList.Read().GetValueOrDefault(name));

    /// <summary>Names of all namespaces that are real.</summary>
    public IReadOnlyList<string> Namespaces() => [.. NamespaceList.Read().Keys.Order(StringComparer.Ordinal)];

    /// <summary>Looks at one device.</summary>
    /// <param name="networkNamespace">Where; null for the host's own.</param>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="ProcessFailedException"><c>ip</c> cannot be run.</exception>
    public async Task<DeviceSeen?> DeviceAsync(string? networkNamespace, string name, CancellationToken cancellationToken)
    {
        string[] place = networkNamespace is null ? [] : ["-n", networkNamespace];
        var result = await runner.TryRunAsync(new ProcessCall($"looking at {name}", "ip", [.. place, "-j", "-d", "addr", "show", "dev", name]), cancellationToken);
        if (result.ExitCode != 0) return null;
        using var document = JsonDocument.Parse(result.Output);
        return document.RootElement.EnumerateArray().Where(item => item.TryGetProperty("ifname", out _)).Select(DeviceReading.Device).FirstOrDefault();
    }

    /// <summary>The MACs a bridge knows.</summary>
    /// <returns>Empty where there is no such bridge.</returns>
    /// <exception cref="ProcessFailedException"><c>bridge</c> cannot be run.</exception>
    public async Task<IReadOnlyList<StationSeen>> StationsAsync(string bridge, CancellationToken cancellationToken)
    {
        var result = await runner.TryRunAsync(new ProcessCall($"looking at {bridge}", "bridge", ["-j", "fdb", "show", "br", bridge]), cancellationToken);
        if (result.ExitCode != 0 || result.Output.Length == 0) return [];
        using var document = JsonDocument.Parse(result.Output);
        return [.. document.RootElement.EnumerateArray().Select(DeviceReading.Station).OfType<StationSeen>()];
    }

    /// <summary>Whether a namespace answers neighbour solicitations for an address at a device without carrying it there.</summary>
    /// <exception cref="ProcessFailedException"><c>ip</c> cannot be run.</exception>
    public async Task<bool> ProxiesAsync(string networkNamespace, System.Net.IPAddress address, string device, CancellationToken cancellationToken)
    {
        var result = await runner.TryRunAsync(
            new ProcessCall($"looking at {device}", "ip", ["-n", networkNamespace, "-j", "neigh", "show", "proxy", "dev", device]), cancellationToken);
        if (result.ExitCode != 0 || result.Output.Length == 0) return false;
        using var document = JsonDocument.Parse(result.Output);
        return document.RootElement.EnumerateArray().Any(item => item.TryGetProperty("dst", out var at) && System.Net.IPAddress.TryParse(at.GetString(), out var proxied) && proxied.Equals(address));
    }

    /// <summary>The MAC a namespace hears of an address from just now; null where it knows none, or only one from a while ago.</summary>
    /// <exception cref="ProcessFailedException"><c>ip</c> cannot be run.</exception>
    public async Task<PhysicalAddress?> NeighbourAsync(string networkNamespace, System.Net.IPAddress address, CancellationToken cancellationToken)
    {
        var result = await runner.TryRunAsync(
            new ProcessCall($"looking for {address}", "ip", ["-n", networkNamespace, "-j", "neigh", "show", address.ToString()]), cancellationToken);
        if (result.ExitCode != 0 || result.Output.Length == 0) return null;
        using var document = JsonDocument.Parse(result.Output);
        return document.RootElement.EnumerateArray().Where(DeviceReading.IsFresh).Select(item => DeviceReading.Mac(item, "lladdr")).FirstOrDefault(mac => mac is not null);
    }

    /// <summary>The device by which a namespace reaches an address that is on the link there.</summary>
    /// <param name="networkNamespace">Where.</param>
    /// <param name="address">The address.</param>
    /// <param name="device">Device it is looked for at; only link-local addresses need it to be told.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Null where there is no route, or one by a gateway only.</returns>
    /// <exception cref="ProcessFailedException"><c>ip</c> cannot be run.</exception>
    public async Task<string?> OnLinkAsync(string networkNamespace, System.Net.IPAddress address, string device, CancellationToken cancellationToken)
    {
        string[] at = address.IsIPv6LinkLocal ? ["oif", device] : [];
        var result = await runner.TryRunAsync(
            new ProcessCall($"looking for a route to {address}", "ip", ["-n", networkNamespace, "-j", "route", "get", address.ToString(), .. at]), cancellationToken);
        if (result.ExitCode != 0 || result.Output.Length == 0) return null;
        using var document = JsonDocument.Parse(result.Output);
        var route = document.RootElement.EnumerateArray().FirstOrDefault();
        return route.ValueKind == JsonValueKind.Object && !route.TryGetProperty("gateway", out _) && route.TryGetProperty("dev", out var found) ? found.GetString() : null;
    }

    /// <summary>A kernel setting inside a namespace.</summary>
    /// <param name="networkNamespace">Where.</param>
    /// <param name="name">Path below <c>/proc/sys/net</c>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Null where the kernel does not know it.</returns>
    /// <exception cref="ProcessFailedException">The namespace cannot be entered.</exception>
    public async Task<string?> SettingAsync(string networkNamespace, string name, CancellationToken cancellationToken)
    {
        var result = await runner.TryRunAsync(IpTool.Inside(networkNamespace, $"looking at {name}", "cat", [$"/proc/sys/net/{name}"]), cancellationToken);
        return result.ExitCode == 0 ? result.Output.Trim() : null;
    }

    /// <summary>Sockets that listen for TCP in a namespace, and who has them open.</summary>
    /// <exception cref="ProcessFailedException"><c>ss</c> cannot be run there.</exception>
    public async Task<IReadOnlyList<ListenerSeen>> ListenersAsync(string networkNamespace, CancellationToken cancellationToken)
    {
        var output = await runner.RunAsync(IpTool.Inside(networkNamespace, $"looking at sockets of {networkNamespace}", "ss", ["-Hlntp"]), cancellationToken);
        return SocketReading.Listeners(output);
    }

    /// <summary>Text of an nft table as nft lists it; null where it is missing.</summary>
    /// <param name="networkNamespace">Where.</param>
    /// <param name="table">Family and name, such as <c>inet firstlight</c>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ProcessFailedException"><c>nft</c> cannot be run.</exception>
    public async Task<string?> RulesAsync(string networkNamespace, string table, CancellationToken cancellationToken)
    {
        var result = await runner.TryRunAsync(IpTool.Inside(networkNamespace, $"looking at table {table}", "nft", ["list", "table", .. table.Split(' ')]), cancellationToken);
        return result.ExitCode == 0 ? result.Output : null;
    }

    /// <summary>The dnsmasq that keeps its files in a directory; null when none runs.</summary>
    public DaemonSeen? Dnsmasq(string directory)
    {
        using var daemon = Daemon.Find(DaemonHome.Dnsmasq(directory));
        return daemon is null ? null : new DaemonSeen(daemon.Pid, daemon.Arguments, daemon.NetworkNamespace, IsStopped(daemon.Pid));
    }

    /// <summary>Whether a process has a file open.</summary>
    public bool HasOpen(int pid, string path)
    {
        try
        {
            return new DirectoryInfo($"/proc/{pid}/fd").EnumerateFileSystemInfos().Any(fd => string.Equals(fd.LinkTarget, path, StringComparison.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // proc_pid_stat(5): the state stands behind the name in brackets, which may hold anything. T and t are of a process that a signal or a debugger holds.
    private static bool IsStopped(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat.AsSpan(stat.LastIndexOf(')') + 1).TrimStart() is ['T' or 't', ..];
        }
        catch (IOException)
        {
            return false;
        }
    }
}
