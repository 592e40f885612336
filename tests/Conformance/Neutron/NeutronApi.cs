using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Firstlight.Conformance.Tests.Neutron;

/// <summary>Neutron's REST API, asked from the lab's host as an administrator.</summary>
internal sealed class NeutronApi(LabHost host) : IDisposable
{
    private static readonly MediaTypeHeaderValue JsonType = new("application/json");
    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        ConnectCallback = async (to, stop) => new NetworkStream(await host.ConnectAsync(new IPEndPoint(IPAddress.Loopback, to.DnsEndPoint.Port), null, stop), ownsSocket: true),
    })
    {
        BaseAddress = new Uri($"http://127.0.0.1:{Lab.NeutronPort}/v2.0/"), Timeout = TimeSpan.FromSeconds(60),
    };

    /// <summary>Whether it answers at all.</summary>
    public async Task<bool> AnswersAsync()
    {
        if (!await host.ListensAsync(Lab.NeutronPort)) return false;
        try
        {
            using var answer = await _client.GetAsync(new Uri("networks?limit=1", UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Rows of a collection.</summary>
    /// <param name="query">Such as <c>ports?device_owner=network:dhcp</c>.</param>
    public async Task<IReadOnlyList<JsonElement>> ListAsync(string query)
    {
        var answer = await AskAsync(HttpMethod.Get, query, null);
        return [.. answer.EnumerateObject().First(p => p.Value.ValueKind == JsonValueKind.Array).Value.EnumerateArray()];
    }

    /// <summary>One resource, without its envelope.</summary>
    public async Task<JsonElement> GetAsync(string path) => (await AskAsync(HttpMethod.Get, path, null)).EnumerateObject().First().Value;

    /// <summary>Makes a resource.</summary>
    /// <param name="kind">Singular, such as <c>network</c>.</param>
    /// <param name="resource">Its attributes.</param>
    public async Task<JsonElement> CreateAsync(string kind, JsonObject resource) =>
        (await AskAsync(HttpMethod.Post, kind + "s", new JsonObject { [kind] = resource })).GetProperty(kind);

    public Task<JsonElement> PutAsync(string path, JsonObject body) => AskAsync(HttpMethod.Put, path, body);

    public Task DeleteAsync(string path) => AskAsync(HttpMethod.Delete, path, null);

    public void Dispose() => _client.Dispose();

    private async Task<JsonElement> AskAsync(HttpMethod method, string path, JsonObject? body)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = body is null ? null : new StringContent(body.ToJsonString(), mediaType: JsonType) };
        using var answer = await _client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"Neutron: {method} {path}: {(int)answer.StatusCode} {text}");
        return text.Length == 0 ? default : JsonElement.Parse(text);
    }
}
