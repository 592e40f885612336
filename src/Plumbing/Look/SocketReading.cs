using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace Firstlight.Plumbing.Look;

/// <summary>Reads what <c>ss -Hlntp</c> prints. Pure.</summary>
internal static partial class SocketReading
{
    public static IReadOnlyList<ListenerSeen> Listeners(string output)
    {
        var found = new List<ListenerSeen>();
        foreach (var line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            // State, two queues, local end, peer, and the processes.
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length < 4 || Local(fields[3]) is not var (address, port)) continue;
            var user = User().Match(line);
            found.Add(user.Success
                ? new ListenerSeen(address, port, int.Parse(user.Groups["pid"].Value, CultureInfo.InvariantCulture), user.Groups["name"].Value)
                : new ListenerSeen(address, port, Pid: null, Program: null));
        }

        return found;
    }

    // 169.254.169.254:80, *:80, [::]:9697, [fe80::a9fe:a9fe]%ns-1:80, 0.0.0.0%eth0:53
    private static (IPAddress Address, int Port)? Local(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 0 || !int.TryParse(text.AsSpan(colon + 1), out var port)) return null;
        var address = text[..colon];
        var zone = address.IndexOf('%', StringComparison.Ordinal);
        if (zone >= 0) address = address[..zone] + (address[0] == '[' && address[zone - 1] != ']' ? "]" : "");
        address = address.Trim('[', ']');
        if (address == "*") return (IPAddress.IPv6Any, port);
        return IPAddress.TryParse(address, out var parsed) ? (parsed, port) : null;
    }

    [GeneratedRegex("""users:\(\("(?<name>[^"]*)",pid=(?<pid>\d+)""", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex User();
}
