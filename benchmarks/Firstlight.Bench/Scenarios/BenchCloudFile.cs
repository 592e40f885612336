using System.Globalization;
using System.Text;

namespace Firstlight.Bench.Scenarios;

/// <summary>The cloud file of networks and their guests. Each guest has a key and user data, so that there is an answer to all that a booting guest asks.</summary>
internal static class BenchCloudFile
{
    // A cloud file has an upper length: a large cloud is several, which add to one another.
    private const int ServersOfFile = 2500;

    /// <summary>Networks and all their guests.</summary>
    public static IEnumerable<string> Render(IReadOnlyList<GuestNetwork> networks) =>
        [Networks(networks), .. Servers(networks.SelectMany(n => Enumerable.Range(0, n.Guests + 1).Select(guest => (n, guest))))];

    /// <summary>Guests on networks that are there.</summary>
    public static IEnumerable<string> Servers(IEnumerable<(GuestNetwork Network, int Guest)> guests)
    {
        foreach (var chunk in guests.Chunk(ServersOfFile))
        {
            var text = new StringBuilder("servers:\n");
            foreach (var (network, guest) in chunk) AppendServer(text, network, guest);
            yield return text.ToString();
        }
    }

    /// <summary>Networks without guests.</summary>
    public static string Networks(IReadOnlyList<GuestNetwork> networks)
    {
        var text = new StringBuilder("""
            projects:
              - name: bench
            keypairs:
              - name: bench
                project: bench
                type: ssh
                public_key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJyb3duLWZveC1qdW1wcy1vdmVyLWxhenktZG9ncy0x bench"

            """);
        text.Append("networks:\n");
        foreach (var n in networks) text.Append(CultureInfo.InvariantCulture, $"  - name: {Name(n)}\n    id: {n.NetworkId}\n    project: bench\n");
        text.Append("subnets:\n");
        foreach (var n in networks) text.Append(CultureInfo.InvariantCulture, $"  - name: {Name(n)}\n    network: {Name(n)}\n    cidr: {GuestNetwork.Cidr}\n");
        return text.ToString();
    }

    private static string Name(GuestNetwork network) => string.Create(CultureInfo.InvariantCulture, $"n{network.Number}");

    private static void AppendServer(StringBuilder text, GuestNetwork network, int guest) => text.Append(CultureInfo.InvariantCulture, $"""
          - name: guest-{network.Number}-{guest}
            id: {network.IdOf(guest)}
            project: bench
            keypair: bench
            user_data: boot
            ports:
              - network: {Name(network)}
                mac: {GuestNetwork.MacOf(guest)}
                fixed_ips:
                  - address: {GuestNetwork.AddressOf(guest)}

        """);
}
