using System.Net;
using System.Net.NetworkInformation;
using System.Text.Json.Nodes;
using Firstlight.Api.Tests.Support;
using Firstlight.Inventory.Neutron;
using Firstlight.Inventory.Neutron.Keystone;
using Firstlight.Inventory.Neutron.Ports;
using Microsoft.Extensions.Logging.Abstractions;

namespace Firstlight.Inventory.Tests.Neutron.Ports;

/// <summary>A Networking API with ports the test makes, beside recorded ones, and a directory that asks it.</summary>
internal sealed class PortCloud : IAsyncDisposable
{
    // Recorded from a real Neutron.
    public const string PlainNetwork = "d6c53ac8-fff8-4ae6-8a36-a723a278dd47";
    public const string RoutedNetwork = "c55efaee-ea7f-4ded-abf9-8753e0739770";
    public const string Router = "59242190-f73b-4396-b818-ed6d0c3aa9fe";

    /// <summary>The defaults, but for machines so slow that a network takes a second.</summary>
    public static readonly NeutronDirectoryOptions Patient = new() { PatienceForNetwork = TimeSpan.FromSeconds(60), RequestTimeout = TimeSpan.FromSeconds(60) };

    private readonly List<NeutronPortDirectory> _directories = [];

    private PortCloud(StubNeutron neutron) => Neutron = neutron;

    public StubNeutron Neutron { get; }

    public ManualTime Time { get; } = new();

    public NeutronPortDirectory Directory { get; private set; } = null!;

    public int Requests => Neutron.Peer.Received.Count;

    public static async Task<PortCloud> StartAsync(NeutronDirectoryOptions? options = null)
    {
        var cloud = new PortCloud(await StubNeutron.StartAsync(Path.Combine(AppContext.BaseDirectory, "neutron-api.json")));
        cloud.Directory = cloud.Open(options);
        return cloud;
    }

    /// <summary>Another directory that remembers nothing yet.</summary>
    public NeutronPortDirectory Open(NeutronDirectoryOptions? options = null, KeystoneSession? session = null)
    {
        var directory = new NeutronPortDirectory(
            Neutron.Client(new NeutronOptions { Retries = 0 }, session), options ?? Patient, Time, NullLogger<NeutronPortDirectory>.Instance);
        _directories.Add(directory);
        return directory;
    }

    public static string Id() => Guid.NewGuid().ToString();

    public static PortQuery OnNetwork(string network, string address) => new(new Scope(ScopeKind.Network, network), IPAddress.Parse(address), Mac: null);

    public static PortQuery OnNetworkByMac(string network, string mac) =>
        new(new Scope(ScopeKind.Network, network), IPAddress.Parse("fe80::f816:3eff:fe00:1"), PhysicalAddress.Parse(mac));

    public static PortQuery OnRouter(string router, string address) => new(new Scope(ScopeKind.Router, router), IPAddress.Parse(address), Mac: null);

    /// <returns>The port, to be changed where the test wants that.</returns>
    public JsonObject Add(string network, string address, string device, string owner = "compute:nova", string? mac = null, string? id = null)
    {
        var port = new JsonObject
        {
            ["id"] = id ?? Id(),
            ["network_id"] = network,
            ["mac_address"] = mac ?? $"fa:16:3e:{Random.Shared.Next(256):x2}:{Random.Shared.Next(256):x2}:{Random.Shared.Next(256):x2}",
            ["device_id"] = device,
            ["device_owner"] = owner,
            ["project_id"] = "a-project",
            ["tenant_id"] = "a-project",
            ["fixed_ips"] = new JsonArray(new JsonObject { ["subnet_id"] = Id(), ["ip_address"] = address }),
        };
        Neutron["ports"].Add((JsonNode)port);
        return port;
    }

    public JsonObject Join(string router, string network, string address = "10.9.9.1", string owner = "network:router_interface") => Add(network, address, router, owner);

    public void Remove(JsonObject port) => Neutron["ports"].Remove(port);

    public async Task<string> FindAsync(PortQuery query, NeutronPortDirectory? directory = null) => Told(await (directory ?? Directory).FindAsync(query, CancellationToken.None));

    public async Task<string> FindAfreshAsync(PortQuery query) => Told(await Directory.FindAfreshAsync(query, CancellationToken.None));

    /// <summary>Whether a directory says at once, without waiting for anybody, who that is.</summary>
    public bool IsInMemory(PortQuery query)
    {
        var lookup = Directory.FindAsync(query, CancellationToken.None);
        return lookup.IsCompletedSuccessfully && lookup.Result.Outcome == PortOutcome.Found;
    }

    /// <summary>The instance, or how else it ended.</summary>
    public static string Told(PortLookup lookup) => lookup.Outcome == PortOutcome.Found ? lookup.Port!.InstanceId.Value : $"({lookup.Outcome})";

    public async Task<InventoryUnavailableException> UnavailableAsync(PortQuery query, NeutronPortDirectory? directory = null)
    {
        var failure = await Assert.ThrowsAsync<InventoryUnavailableException>(() => (directory ?? Directory).FindAsync(query, CancellationToken.None).AsTask());
        Assert.DoesNotContain('\n', failure.Message);
        return failure;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var directory in _directories) directory.Dispose();
        await Neutron.DisposeAsync();
    }
}
