using System.Text.Json;
using System.Text.Json.Nodes;
using Firstlight.Inventory.Neutron;
using Firstlight.Inventory.Neutron.Keystone;
using Microsoft.AspNetCore.Http;

namespace Firstlight.Api.Tests.Support;

/// <summary>A Networking API on loopback over recorded resources, with Neutron's filters, fields and pages.</summary>
internal sealed class StubNeutron : IAsyncDisposable
{
    private readonly JsonObject _resources;
    private readonly KeystoneSession _session = new(new KeystoneOptions { Method = KeystoneMethod.None }, TimeProvider.System);
    private readonly List<NeutronClient> _clients = [];

    private StubNeutron(JsonObject resources) => _resources = resources;

    public HttpPeer Peer { get; private set; } = null!;

    /// <summary>The one token taken; null takes any.</summary>
    public string? Token { get; set; }

    /// <summary>Most resources on a page, <c>pagination_max_limit</c>; null for no pages.</summary>
    public int? PageSize { get; set; }

    /// <summary>Attributes whose filters are overlooked, as by a server or proxy that does not know them.</summary>
    public HashSet<string> Ignored { get; } = [];

    /// <summary>The one project whose resources are shown, as to an account with too small a role; null shows all.</summary>
    public string? VisibleProject { get; set; }

    /// <summary>Statuses to answer next instead of resources.</summary>
    public Queue<int> Failures { get; } = new();

    /// <summary>When set, an answer waits for it.</summary>
    public TaskCompletionSource? Gate { get; set; }

    public JsonArray this[string collection] => _resources[collection]!.AsArray();

    /// <summary>Serves another collection.</summary>
    public void Add(string collection, JsonArray resources)
    {
        lock (_resources) _resources[collection] = resources;
    }

    public IEnumerable<string> Targets => Peer.Received.Select(received => Uri.UnescapeDataString(received.Target));

    public static async Task<StubNeutron> StartAsync(string resources)
    {
        var stub = new StubNeutron(JsonNode.Parse(await File.ReadAllTextAsync(resources))!.AsObject());
        stub.Peer = await HttpPeer.StartAsync((context, _) => stub.AnswerAsync(context));
        return stub;
    }

    public NeutronClient Client(NeutronOptions? options = null, KeystoneSession? session = null)
    {
        options ??= new NeutronOptions { Retries = 0 };
        if (session is null) options = options with { EndpointOverride = Peer.Address() };
        var client = new NeutronClient(options, session ?? _session, TimeProvider.System);
        _clients.Add(client);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        Gate?.TrySetResult();
        foreach (var client in _clients) client.Dispose();
        _session.Dispose();
        await Peer.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (Gate is { } gate) await gate.Task.WaitAsync(context.RequestAborted);
        if (Token is not null && context.Request.Headers[KeystoneSession.TokenHeader] != Token)
        {
            context.Response.StatusCode = 401;
            return;
        }

        if (Failures.TryDequeue(out var status))
        {
            context.Response.StatusCode = status;
            return;
        }

        var name = context.Request.Path.Value!.Split("/v2.0/").Last();
        var collection = name.Replace('-', '_');
        if (!_resources.ContainsKey(collection) || (collection == "agents" && VisibleProject is not null))
        {
            context.Response.StatusCode = 404;
            return;
        }

        JsonObject answer;

        // Nodes are read into being, which only one may do at a time.
        lock (_resources) answer = List(context.Request, name, collection);
        await context.Response.WriteAsJsonAsync(answer);
    }

    private JsonObject List(HttpRequest request, string name, string collection)
    {
        var found = this[collection].Select(item => item!.AsObject()).OrderBy(item => (string)item["id"]!, StringComparer.Ordinal);
        var fields = request.Query["fields"];
        IEnumerable<JsonObject> items = found.Where(item => VisibleProject is null || (string?)item["project_id"] == VisibleProject);
        foreach (var (attribute, values) in request.Query)
        {
            if (attribute is "fields" or "marker" or "limit" || Ignored.Contains(attribute)) continue;
            items = items.Where(item => values.Any(value => Matches(item, attribute, value!)));
        }

        var marker = (string?)request.Query["marker"];
        var rest = items.Where(item => marker is null || string.CompareOrdinal((string)item["id"]!, marker) > 0).ToList();
        var size = Math.Min(PageSize ?? int.MaxValue, int.TryParse(request.Query["limit"], out var limit) ? limit : int.MaxValue);
        var page = rest.Take(size).ToList();
        var answer = new JsonObject { [collection] = new JsonArray([.. page.Select(item => Projected(item, fields!))]) };

        // As the real one: a full page is followed by another, if only by an empty one.
        if (page.Count == size)
        {
            var query = string.Join('&', request.QueryString.Value!.TrimStart('?').Split('&').Where(part => !part.StartsWith("marker=", StringComparison.Ordinal)));

            // Behind a proxy Neutron knows itself by another name than its clients do.
            answer[$"{collection}_links"] = new JsonArray(new JsonObject { ["rel"] = "next", ["href"] = $"http://inside.invalid:9696/v2.0/{name}?{query}&marker={page[^1]["id"]}" });
        }

        return answer;
    }

    private static bool Matches(JsonObject item, string attribute, string value)
    {
        if (attribute == "fixed_ips")
        {
            var (key, wanted) = (value.Split('=', 2)[0], value.Split('=', 2)[1]);
            return item[attribute]!.AsArray().Any(address => (string?)address![key] == wanted);
        }

        return item[attribute] switch
        {
            null => false,
            JsonArray several => several.Any(one => (string?)one == value),
            var one => one.GetValueKind() == JsonValueKind.String && (string?)one == value,
        };
    }

    private static JsonObject Projected(JsonObject item, IReadOnlyCollection<string> fields) =>
        new(item.Where(member => fields.Count == 0 || fields.Contains(member.Key)).Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone())));
}
