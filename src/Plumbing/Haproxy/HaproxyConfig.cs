using System.Text;
using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Plumbing.Haproxy;

/// <summary>The configuration of a namespace's haproxy, to the byte as Neutron's agents write it (with a rate limit: to the same effect). Pure.</summary>
internal static class HaproxyConfig
{
    private const int ThreadsSince = 27;
    private const int BracketsSince = 29;

    /// <summary>Renders it.</summary>
    /// <param name="proxy">The operator's choices.</param>
    /// <param name="scope">Whose guests it serves.</param>
    /// <param name="pidFile">Where it shall write its process id.</param>
    public static string Render(WantedProxy proxy, HaproxyScope scope, string pidFile)
    {
        var text = new StringBuilder("\nglobal\n");
        Pair(text, "log", $"/dev/log local0 {(proxy.Debug ? "debug" : "info")}");
        Pair(text, "log-tag", $"haproxy-metadata-proxy-{scope.Id}");
        Pair(text, IsNumber(proxy.User) ? "uid" : "user", proxy.User);
        Pair(text, IsNumber(proxy.Group) ? "gid" : "group", proxy.Group);
        Pair(text, "maxconn", "1024");
        if (proxy.NeutronRelease >= ThreadsSince) Pair(text, "nbthread", "2");
        Pair(text, "pidfile", pidFile);
        text.Append("    daemon\n\ndefaults\n    log global\n    mode http\n    option httplog\n    option dontlognull\n    option http-server-close\n    option forwardfor\n");
        AppendWaits(text, proxy.Timeouts);
        if (proxy.RateLimit is { } tables) AppendTables(text, tables);
        text.Append($"\nlisten listener\n    bind {scope.Bind}\n    {SecondBind(proxy, scope)}\n");
        if (proxy.RateLimit is { } limit) AppendLimits(text, limit);
        var (mine, other) = scope.IsRouter ? ("Router", "Network") : ("Network", "Router");
        text.Append($"    server metadata {proxy.SocketPath}\n");
        text.Append($"    http-request del-header X-Neutron-{other}-ID\n    http-request set-header X-Neutron-{mine}-ID {scope.Id}\n");
        return text.ToString();
    }

    private static string SecondBind(WantedProxy proxy, HaproxyScope scope)
    {
        if (scope.Device is null) return "";
        return $"bind {(proxy.NeutronRelease >= BracketsSince ? "[fe80::a9fe:a9fe]" : "fe80::a9fe:a9fe")}:80 interface {scope.Device}";
    }

    private static void AppendWaits(StringBuilder text, ProxyTimeouts waits)
    {
        Wide(text, "retries", "3");
        Wide(text, "timeout http-request", Seconds(waits.HttpRequest));
        Wide(text, "timeout connect", Seconds(waits.Connect));
        Wide(text, "timeout client", Seconds(waits.Client));
        Wide(text, "timeout server", Seconds(waits.Server));
        Wide(text, "timeout http-keep-alive", Seconds(waits.KeepAlive));
    }

    private static void AppendTables(StringBuilder text, ProxyRateLimit limit)
    {
        var expire = limit.BaseWindow > limit.BurstWindow ? limit.BaseWindow : limit.BurstWindow;
        foreach (var (name, window) in new[] { ("base_rate_limiter", limit.BaseWindow), ("burst_rate_limiter", limit.BurstWindow) })
        {
            text.Append($"\nbackend {name}\n    stick-table type {(limit.IPv6 ? "ipv6" : "ip")} size 10k expire {Seconds(expire)}");
            text.Append($" store http_req_rate({Seconds(window)})\n");
        }
    }

    private static void AppendLimits(StringBuilder text, ProxyRateLimit limit)
    {
        text.Append("    http-request track-sc0 src table base_rate_limiter\n    http-request track-sc1 src table burst_rate_limiter\n");
        text.Append($"    http-request deny deny_status 429 if {{ sc_http_req_rate(0) gt {limit.BaseLimit} }}\n");
        text.Append($"    http-request deny deny_status 429 if {{ sc_http_req_rate(1) gt {limit.BurstLimit} }}\n");
    }

    private static void Pair(StringBuilder text, string key, string value) => text.Append($"    {key,-11} {value}\n");

    private static void Wide(StringBuilder text, string key, string value) => text.Append($"    {key,-23} {value}\n");

    private static string Seconds(TimeSpan time) => $"{(long)time.TotalSeconds}s";

    private static bool IsNumber(string account) => account.Length > 0 && account.All(char.IsAsciiDigit);
}
