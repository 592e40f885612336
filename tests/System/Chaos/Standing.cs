using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Firstlight.Plumbing.Look;
using Firstlight.Plumbing.Processes;
using Firstlight.System.Tests.Support;

namespace Firstlight.System.Tests.Chaos;

/// <summary>What stands of a part of the host, as text: from the kernel, the processes and the files of daemons. Two such texts are equal when nothing differs that
/// matters; what differs with each making (indexes, MACs of host ends, process ids, handles of rules) is left out.</summary>
internal static partial class Standing
{
    private const string Inside = """
        ip -o -batch - <<'EOF'
        addr show
        link show
        route show table all
        neigh show proxy
        rule show
        EOF
        nft -s list ruleset
        cd /proc/sys/net && grep -H . ipv4/ip_forward ipv4/ip_nonlocal_bind ipv4/conf/all/promote_secondaries ipv4/conf/all/arp_ignore ipv4/conf/all/arp_announce \
          ipv4/conf/all/arp_notify ipv6/conf/all/forwarding ipv6/conf/all/proxy_ndp ipv6/conf/all/ndisc_notify ipv6/conf/default/accept_ra ipv6/conf/default/accept_dad
        """;

    private static readonly HostLook Look = new(new ProcessRunner(TimeSpan.FromSeconds(30), TimeProvider.System));
    private static readonly string[] HostSettings = ["ipv6/conf/{0}/disable_ipv6", "ipv4/conf/{0}/arp_ignore", "ipv4/conf/{0}/rp_filter"];
    private static readonly string[] FilesOfDnsmasq = ["interface", "host", "addn_hosts", "opts"];

    /// <summary>Reads one part.</summary>
    public static async Task<string> ReadAsync(Part part) => part switch
    {
        NetworkPart network => await ReadAsync(network),
        RouterPart router => await InsideAsync(router.Namespace) + await HostAsync(router.Veths.Select(v => v.HostEnd)) + Daemon(router.Directory, router.Namespace),
        GuardPart guard => Sorted((await Run.ProgramAsync("nft", "-s", "list", "table", "bridge", guard.Table)).Output.Replace(", ", "\n", StringComparison.Ordinal)),
        _ => throw new ArgumentException($"{part} is of no known kind", nameof(part)),
    };

    /// <summary>Lines that one text has and the other has not, a few of them.</summary>
    public static string Difference(string wanted, string found)
    {
        var (former, latter) = (wanted.Split('\n'), found.Split('\n'));
        return string.Join('\n', former.Except(latter).Take(12).Select(l => "    - " + l).Concat(latter.Except(former).Take(12).Select(l => "    + " + l)));
    }

    /// <summary>Processes of dnsmasq whose files are in a directory.</summary>
    public static IReadOnlyList<int> Dnsmasqs(string directory) => [.. Processes("dnsmasq", directory + "/").Select(p => p.Pid)];

    /// <summary>Processes by program, and a text their command line has in it.</summary>
    public static IEnumerable<(int Pid, string CommandLine)> Processes(string program, string text)
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), out var pid) || CommandLine(pid) is not { } line) continue;
            if (Path.GetFileName(line.Split(' ')[0]) == program && line.Contains(text, StringComparison.Ordinal)) yield return (pid, line);
        }
    }

    private static async Task<string> ReadAsync(NetworkPart network)
    {
        var text = await HostAsync(network.Devices);
        var learning = $"/sys/class/net/{network.Bridge}/bridge/no_linklocal_learn";
        if (File.Exists(learning)) text += $"no_linklocal_learn {(await File.ReadAllTextAsync(learning)).Trim()}\n";
        if (network.Dhcp is not { } dhcp) return text;
        return text + await InsideAsync(dhcp.Namespace) + Daemon(dhcp.Directory, dhcp.Namespace) + string.Concat(FilesOfDnsmasq.Select(name => Text(Path.Combine(dhcp.Directory, name))));
    }

    private static async Task<string> InsideAsync(string name)
    {
        var ended = await Run.ProgramAsync("nsenter", $"--net=/run/netns/{name}", "--", "sh", "-c", Inside);
        if (ended.Output.Length == 0) return $"{name}: {ended.Error}";
        return $"{name}\n{Sorted(ended.Output)}\n";
    }

    // Neither the kernel nor nft lists in an order that outlives a making anew.
    private static string Sorted(string text) => string.Join(
        '\n', text.Split('\n').Select(line => Spaces().Replace(Passing().Replace(line, " "), " ").Trim()).Where(line => line.Length > 0).Order(StringComparer.Ordinal));

    private static async Task<string> HostAsync(IEnumerable<string> devices)
    {
        var wanted = devices.ToHashSet(StringComparer.Ordinal);
        var shown = await Run.ProgramAsync("ip", "-j", "-d", "addr", "show");
        using var document = JsonDocument.Parse(shown.Output);
        var text = new StringBuilder();
        foreach (var item in document.RootElement.EnumerateArray().Where(i => wanted.Contains(i.GetProperty("ifname").GetString()!)).OrderBy(i => i.GetProperty("ifname").GetString(), StringComparer.Ordinal))
        {
            var name = item.GetProperty("ifname").GetString()!;
            var up = item.GetProperty("flags").EnumerateArray().Any(f => f.ValueEquals("UP"));
            text.Append($"{name} {(up ? "up" : "down")} mtu {item.GetProperty("mtu")} master {Property(item, "master")} operstate {Property(item, "operstate")}");
            foreach (var address in item.GetProperty("addr_info").EnumerateArray()) text.Append($" {Property(address, "local")}");
            foreach (var setting in HostSettings) text.Append($" {Text($"/proc/sys/net/{string.Format(setting, name)}").Trim()}");
            text.Append('\n');
        }

        return text.ToString();
    }

    private static string Daemon(string? directory, string @namespace)
    {
        if (directory is null) return "";
        var home = Look.Namespace(@namespace).Identity;
        return string.Concat(Processes("dnsmasq", directory + "/").Select(p => $"{p.CommandLine} in {(NamespaceOf(p.Pid) == home ? @namespace : "another namespace")}\n"));
    }

    private static string Text(string file)
    {
        try
        {
            return $"{File.ReadAllText(file)}\n";
        }
        catch (IOException)
        {
            return $"no {file}\n";
        }
    }

    private static string? CommandLine(int pid)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{pid}/cmdline").Replace('\0', ' ').Trim();
            return text.Length > 0 ? text : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string Property(JsonElement item, string name) => item.TryGetProperty(name, out var value) ? value.ToString() : "-";

    private static string? NamespaceOf(int pid)
    {
        try
        {
            return new FileInfo($"/proc/{pid}/ns/net").LinkTarget;
        }
        catch (IOException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Spaces();

    [GeneratedRegex(@"^\d+: |@if\d+| link-netnsid \d+| valid_lft \d+sec| preferred_lft [1-9]\d*sec| (?:expires|qlen|metric) \d+\w*| cache\b| nodad\b", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Passing();
}
