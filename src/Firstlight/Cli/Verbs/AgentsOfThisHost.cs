using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Firstlight.Cli.Views;
using Firstlight.Roles;

namespace Firstlight.Cli.Verbs;

/// <summary>The roles that run here, each asked at its management address.</summary>
/// <param name="directories">Where they left their files.</param>
internal sealed class AgentsOfThisHost(IReadOnlyList<RunDirectory> directories) : IAgentSource
{
    // A probe of readiness takes up to two seconds by itself.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<AgentDetailView>> FindAsync(CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false };
        using var client = new HttpClient(handler) { Timeout = Patience };
        return await Task.WhenAll(directories.SelectMany(d => d.Read()).DistinctBy(r => r.Pid).Select(r => AskAsync(client, r, cancellationToken)));
    }

    private static async Task<AgentDetailView> AskAsync(HttpClient client, AgentRegistration registration, CancellationToken cancellationToken)
    {
        if (AddressOf(registration) is not { } address) return Detail(registration, "unknown", "it has no management address", page: null);
        try
        {
            var (ready, said) = await GetAsync(client, new Uri(address, "/readyz"), cancellationToken);
            var (has, page) = await GetAsync(client, new Uri(address, "/status"), cancellationToken);
            var status = has ? JsonSerializer.Deserialize(page, ViewJson.Default.StatusPage) : null;
            return Detail(registration, ready ? "ready" : "not ready", ready ? null : said.Trim().ReplaceLineEndings("; "), status);
        }
        catch (Exception e) when (e is HttpRequestException or SocketException or JsonException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return Detail(registration, "not answering", e is TaskCanceledException ? $"no answer from {address.Authority} within {Patience.TotalSeconds:0} s" : e.Message, page: null);
        }
    }

    private static List<ListenerView> Listeners(StatusPage page) =>
        [.. page.ProxySocket is { } socket ? [socket.AsListener()] : Array.Empty<ListenerView>(), .. page.Listeners ?? []];

    private static async Task<(bool Ok, string Body)> GetAsync(HttpClient client, Uri uri, CancellationToken cancellationToken)
    {
        using var response = await client.GetAsync(uri, cancellationToken);
        return (response.StatusCode == HttpStatusCode.OK, await response.Content.ReadAsStringAsync(cancellationToken));
    }

    // One that listens everywhere is asked at home.
    private static Uri? AddressOf(AgentRegistration registration)
    {
        if (!IPEndPoint.TryParse(registration.Management ?? "", out var end)) return null;
        if (end.Address.Equals(IPAddress.Any)) end.Address = IPAddress.Loopback;
        if (end.Address.Equals(IPAddress.IPv6Any)) end.Address = IPAddress.IPv6Loopback;
        return new Uri($"http://{end}");
    }

    private static AgentDetailView Detail(AgentRegistration r, string state, string? problem, StatusPage? page)
    {
        var listeners = page is null ? null : Listeners(page);
        return new AgentDetailView(
            new AgentView(
                r.Role, r.Host, r.Pid, r.StartedAt.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture), state, problem,
                listeners?.Count(l => l.State is "Listening"), listeners?.Count, listeners?.Sum(l => l.Connections), listeners?.Sum(l => l.Requests), r.Version, r.Management),
            listeners ?? [],
            page?.Networks);
    }
}
