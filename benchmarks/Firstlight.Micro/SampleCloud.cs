using System.Globalization;
using System.Net;
using System.Text;
using Firstlight.Inventory;
using Firstlight.Inventory.Own;
using Firstlight.Metadata.Identity;
using Firstlight.Metadata.Instances;

namespace Firstlight.Micro;

/// <summary>An inventory of our own in a file of its own, with as many servers as asked for on one network, and what one of them is.</summary>
public sealed class SampleCloud : IDisposable
{
    private const string Network = "00000000-0000-4000-8000-000000000001";

    // A cloud file has an upper length.
    private const int ServersOfFile = 2500;

    private const string Frame = $"""
        projects:
          - name: micro
        keypairs:
          - name: micro
            project: micro
            type: ssh
            public_key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJyb3duLWZveC1qdW1wcy1vdmVyLWxhenktZG9ncy0x micro"
        networks:
          - name: micro
            id: {Network}
            project: micro
        subnets:
          - name: micro
            network: micro
            cidr: 10.77.0.0/16
        """;

    private readonly string _directory = Directory.CreateTempSubdirectory("firstlight-micro-").FullName;

    /// <param name="servers">1 to 50,000.</param>
    public SampleCloud(int servers)
    {
        Inventory = OwnInventory.Open(Path.Combine(_directory, "inventory.sqlite"));
        Apply(Frame);
        foreach (var chunk in Enumerable.Range(0, servers).Chunk(ServersOfFile)) Apply(Servers(chunk));
        Id = new InstanceId(ServerId(servers / 2));
        Query = new PortQuery(new Scope(ScopeKind.Network, Network), IPAddress.Parse(AddressOf(servers / 2)), Mac: null);
        Instance = Inventory.Instances.FindAsync(Id, CancellationToken.None).AsTask().GetAwaiter().GetResult()!;
    }

    public OwnInventory Inventory { get; }

    /// <summary>A server from the middle.</summary>
    public InstanceId Id { get; }

    /// <summary>It, asking.</summary>
    public PortQuery Query { get; }

    /// <summary>Its facts.</summary>
    public Instance Instance { get; }

    public void Dispose()
    {
        Inventory.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private static string ServerId(int n) => string.Create(CultureInfo.InvariantCulture, $"00000000-0000-4000-9000-{n:D12}");

    private static string AddressOf(int n) => string.Create(CultureInfo.InvariantCulture, $"10.77.{1 + (n / 250)}.{1 + (n % 250)}");

    private static string Servers(IEnumerable<int> numbers)
    {
        var text = new StringBuilder("servers:\n");
        foreach (var n in numbers)
        {
            text.Append(CultureInfo.InvariantCulture, $"  - name: server-{n}\n    id: {ServerId(n)}\n    project: micro\n    keypair: micro\n    user_data: boot\n    ports:\n      - network: micro\n        fixed_ips:\n          - address: {AddressOf(n)}\n");
        }

        return text.ToString();
    }

    private void Apply(string yaml)
    {
        var spec = CloudFile.Parse(yaml, _directory);
        Inventory.Change(cloud => Planner.Apply(cloud, spec).Next);
    }
}
