using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Firstlight.Inventory;

namespace Firstlight.Agent.Discover;

/// <summary>A haproxy stand-in as its registration describes it: which namespace it was started in, who its guests belong to, and where it would listen.</summary>
/// <param name="File">Name of the registration.</param>
/// <param name="NamespaceInode">Inode of the namespace it runs in.</param>
/// <param name="Scope">By the identity header of its configuration.</param>
/// <param name="Binds">All its binds; a wildcard of both families is two.</param>
/// <param name="Pid">Its process, in its own PID namespace: for people.</param>
/// <param name="Configuration">File it was started with: for people.</param>
internal sealed record StandIn(string File, ulong NamespaceInode, Scope Scope, IReadOnlyList<StandInBind> Binds, int Pid, string Configuration)
{
    /// <summary>Reads a registration: <c>key=value</c> lines. The values of <c>bind</c> and <c>identity</c> are as haproxy's configuration has them.</summary>
    /// <param name="file">Its name.</param>
    /// <param name="text">What it holds.</param>
    /// <param name="problem">What is wrong with it.</param>
    /// <returns>Null when it is of no use.</returns>
    public static StandIn? Parse(string file, string text, out string problem)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var binds = new List<StandInBind>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var at = line.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0) continue;
            var (key, value) = (line[..at], line[(at + 1)..].Trim());
            if (key != "bind")
            {
                values[key] = value;
            }
            else if (!StandInBind.TryParse(value, binds))
            {
                problem = $"'bind {value}' is not understood";
                return null;
            }
        }

        var @namespace = values.GetValueOrDefault("namespace", "");
        if (!@namespace.StartsWith("net:[", StringComparison.Ordinal)
            || !ulong.TryParse(@namespace.AsSpan()["net:[".Length..].TrimEnd(']'), NumberStyles.None, CultureInfo.InvariantCulture, out var inode))
        {
            problem = "it names no namespace";
            return null;
        }

        if (ScopeOf(values.GetValueOrDefault("identity", "")) is not { } scope)
        {
            problem = $"'{values.GetValueOrDefault("identity")}' is no identity header of Neutron with a UUID";
            return null;
        }

        problem = binds.Count == 0 ? "it binds nothing" : "";
        var pid = int.TryParse(values.GetValueOrDefault("pid"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        return binds.Count == 0 ? null : new StandIn(file, inode, scope, binds, pid, values.GetValueOrDefault("configuration", ""));
    }

    private static Scope? ScopeOf(string identity)
    {
        var words = identity.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is not [var header, var id] || !NamespaceName.IsUuid(id)) return null;
        return header.ToUpperInvariant() switch
        {
            "X-NEUTRON-NETWORK-ID" or "X-OVN-NETWORK-ID" => new Scope(ScopeKind.Network, id),
            "X-NEUTRON-ROUTER-ID" => new Scope(ScopeKind.Router, id),
            _ => null,
        };
    }
}

/// <summary>One address a stand-in would listen on.</summary>
/// <param name="Address">Without scope id.</param>
/// <param name="Port">TCP port.</param>
/// <param name="Device">Of a link-local address; null for any other.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct StandInBind(IPAddress Address, int Port, string? Device)
{
    /// <summary>Reads what follows <c>bind</c> in haproxy's configuration, in the forms Neutron has ever written and the wildcards.</summary>
    /// <param name="text">Such as <c>169.254.169.254:80</c>, <c>fe80::a9fe:a9fe:80 interface ns-1</c>, <c>[fe80::a9fe:a9fe]:80 interface ns-1</c>, <c>:::9697</c>.</param>
    /// <param name="binds">Gets one, or two for <c>::</c>, which haproxy opens for both families.</param>
    public static bool TryParse(string text, List<StandInBind> binds)
    {
        var words = text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0) return false;
        var colon = words[0].LastIndexOf(':');
        if (colon < 0 || !int.TryParse(words[0].AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is 0 or > 65535) return false;
        var host = words[0][..colon].Trim('[', ']');
        var address = IPAddress.Any;
        if (host is not ("" or "*") && !IPAddress.TryParse(host, out address)) return false;
        var interfaceAt = Array.IndexOf(words, "interface");
        var device = interfaceAt > 0 && interfaceAt < words.Length - 1 ? words[interfaceAt + 1] : null;
        if (address!.AddressFamily == AddressFamily.InterNetworkV6 && address.ScopeId != 0) return false;
        if (address.IsIPv6LinkLocal && device is null) return false;
        binds.Add(new StandInBind(address, port, address.IsIPv6LinkLocal ? device : null));
        if (address.Equals(IPAddress.IPv6Any) && !words.Contains("v6only")) binds.Add(new StandInBind(IPAddress.Any, port, null));
        return true;
    }
}
