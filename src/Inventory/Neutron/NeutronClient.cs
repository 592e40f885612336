using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Firstlight.Inventory.Neutron.Keystone;

namespace Firstlight.Inventory.Neutron;

/// <summary>Neutron's Networking API v2.0, reading only. Thread-safe.</summary>
/// <remarks>
/// An account with too small a role is told nothing is there, not that it may not look: Neutron filters silently. It needs <c>admin</c> or the
/// <c>service</c> role.
/// </remarks>
public sealed class NeutronClient : IDisposable
{
    private const string Version = "/v2.0";
    private const int LongestPage = 64 << 20;

    // A server that keeps naming another page is broken; at its smallest sensible page size this is half a million ports.
    private const int MostPages = 10_000;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.5);
    private readonly NeutronOptions _options;
    private readonly KeystoneSession _session;
    private readonly TimeProvider _time;
    private readonly HttpClient _client;

    /// <summary>Makes a client; asks nothing yet.</summary>
    /// <param name="options">Where and how.</param>
    /// <param name="session">Gives tokens; stays the caller's.</param>
    /// <param name="time">Clock of time-outs and pauses.</param>
    public NeutronClient(NeutronOptions options, KeystoneSession session, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(session);
        _options = options;
        _session = session;
        _time = time;
        _client = new HttpClient(options.Trust.CreateHandler(options.Timeout))
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = LongestPage,
        };
    }

    /// <summary>Lists ports, in the order Neutron gives them.</summary>
    /// <param name="query">Which and what of them.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="InventoryUnavailableException">Neutron or Keystone cannot be reached, is too slow or refuses.</exception>
    public async Task<IReadOnlyList<NeutronPort>> PortsAsync(NeutronQuery query, CancellationToken cancellationToken) =>
        (await ListAsync<NeutronPort, PortPage>("/ports", query, NeutronJson.Default.PortPage, int.MaxValue, cancellationToken))!;

    /// <summary>Lists ports while there are not too many of them.</summary>
    /// <param name="query">Which and what of them.</param>
    /// <param name="most">Most ports wanted; no page is read after one that exceeds it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Null when there are more.</returns>
    /// <inheritdoc cref="PortsAsync" path="/exception"/>
    public Task<IReadOnlyList<NeutronPort>?> PortsUpToAsync(NeutronQuery query, int most, CancellationToken cancellationToken) =>
        ListAsync<NeutronPort, PortPage>("/ports", query, NeutronJson.Default.PortPage, most, cancellationToken);

    /// <summary>Lists subnets.</summary>
    /// <inheritdoc cref="PortsAsync"/>
    public async Task<IReadOnlyList<NeutronSubnet>> SubnetsAsync(NeutronQuery query, CancellationToken cancellationToken) =>
        (await ListAsync<NeutronSubnet, SubnetPage>("/subnets", query, NeutronJson.Default.SubnetPage, int.MaxValue, cancellationToken))!;

    /// <summary>Lists security groups.</summary>
    /// <inheritdoc cref="PortsAsync"/>
    public async Task<IReadOnlyList<NeutronSecurityGroup>> SecurityGroupsAsync(NeutronQuery query, CancellationToken cancellationToken) =>
        (await ListAsync<NeutronSecurityGroup, SecurityGroupPage>("/security-groups", query, NeutronJson.Default.SecurityGroupPage, int.MaxValue, cancellationToken))!;

    /// <summary>Lists Neutron's agents; only administrators may.</summary>
    /// <inheritdoc cref="PortsAsync"/>
    public async Task<IReadOnlyList<NeutronAgent>> AgentsAsync(NeutronQuery query, CancellationToken cancellationToken)
    {
        var rows = await ListAsync<AgentRow, AgentPage>("/agents", query, NeutronJson.Default.AgentPage, int.MaxValue, cancellationToken);
        return [.. rows!.Select(static row => row.ToAgent())];
    }

    /// <summary>Whether the service asks for tokens at all.</summary>
    internal bool UsesTokens => _session.UsesTokens;

    /// <summary>Lists the first page of ports.</summary>
    internal async Task<IReadOnlyList<NeutronPort>> PortsPageAsync(NeutronQuery query, CancellationToken cancellationToken) =>
        (await PageAsync("/ports", query.Requests().First(), NeutronJson.Default.PortPage, cancellationToken)).Ports
        ?? throw new InventoryUnavailableException("Neutron's answer to /ports is not a list of that");

    /// <summary>Gives the token that requests are made with now.</summary>
    internal ValueTask<KeystoneToken> TokenAsync(CancellationToken cancellationToken) => _session.TokenAsync(cancellationToken);

    /// <summary>Closes the connections.</summary>
    public void Dispose() => _client.Dispose();

    private async Task<IReadOnlyList<T>?> ListAsync<T, TPage>(
        string path, NeutronQuery query, JsonTypeInfo<TPage> json, int most, CancellationToken cancellationToken)
        where TPage : class, IPage<T>
    {
        ArgumentNullException.ThrowIfNull(query);
        var items = new List<T>();
        var pages = 0;
        foreach (var request in query.Requests())
        {
            for (var next = request; next is not null;)
            {
                if (++pages > MostPages) throw new InventoryUnavailableException($"Neutron's list of {path} does not end");

                var page = await PageAsync(path, next, json, cancellationToken);
                items.AddRange(page.Items ?? throw new InventoryUnavailableException($"Neutron's answer to {path} is not a list of that"));
                if (items.Count > most) return null;
                next = NextQuery(page.Links);
            }
        }

        return items;
    }

    // Of the link only the query is taken: behind a proxy the rest often names an address we may not reach, and the token goes nowhere else.
    private static string? NextQuery(IReadOnlyList<PageLink>? links)
    {
        var href = links?.FirstOrDefault(link => link.Rel == "next")?.Href;
        var query = href?.IndexOf('?', StringComparison.Ordinal) ?? -1;
        return query < 0 ? null : href![(query + 1)..];
    }

    private async Task<TPage> PageAsync<TPage>(string path, string query, JsonTypeInfo<TPage> json, CancellationToken cancellationToken)
        where TPage : class
    {
        using var deadline = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var answer = await AskAsync(path, query, either.Token);
            if (answer.StatusCode != HttpStatusCode.OK)
            {
                throw new InventoryUnavailableException(
                    $"Neutron answers {(int)answer.StatusCode} to {path}", new HttpRequestException(message: null, inner: null, answer.StatusCode));
            }

            var body = await answer.Content.ReadAsByteArrayAsync(either.Token);
            return JsonSerializer.Deserialize(body, json)
                ?? throw new InventoryUnavailableException($"Neutron answers null to {path}");
        }
        catch (Exception e) when (e is HttpRequestException or SocketException or JsonException or NotSupportedException)
        {
            throw new InventoryUnavailableException($"Neutron, asked for {path}: {e.Message}", e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new InventoryUnavailableException($"Neutron does not answer {path} within {_options.Timeout.TotalSeconds:0.###} s", e);
        }
    }

    private async Task<HttpResponseMessage> AskAsync(string path, string query, CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        for (var left = _options.Retries; ; left--)
        {
            try
            {
                var answer = await _session.SendAsync(_client, token => Compose(token, path, query), cancellationToken);
                if (answer.StatusCode != HttpStatusCode.ServiceUnavailable || left <= 0) return answer;
                answer.Dispose();
            }
            catch (Exception e) when (e is HttpRequestException or SocketException && left > 0)
            {
                // Tried again below; the last failure goes up.
            }

            await Task.Delay(pause, _time, cancellationToken);
            pause *= 2;
        }
    }

    private HttpRequestMessage Compose(KeystoneToken token, string path, string query)
    {
        var endpoint = _options.EndpointOverride ?? token.Endpoint(_options.ServiceType, _options.Interfaces, _options.Region)
            ?? throw new InventoryUnavailableException(
                $"Keystone's catalog has no {_options.ServiceType} service ({string.Join(", ", _options.Interfaces)} in {_options.Region ?? "any region"}); "
                + "set endpoint_override");
        var root = endpoint.GetLeftPart(UriPartial.Path).TrimEnd('/');
        if (!root.EndsWith(Version, StringComparison.Ordinal)) root += Version;

        var request = new HttpRequestMessage(HttpMethod.Get, query.Length == 0 ? root + path : $"{root}{path}?{query}");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("firstlight", null));
        return request;
    }
}
