using System.Globalization;
using System.Text;

namespace Firstlight.Bench.Scenarios;

/// <summary>The cloud file of networks and their guests. Each guest has a key and user data, so that there is an answer to all that a booting guest asks.</summary>
internal static class BenchCloudFile
{
    /// <param name="networks">All networks of the file, with all their guests.</param>
    public static string Render(IEnumerable<GuestNetwork> networks)
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
        var all = networks.ToArray();
        text.Append("networks:\n");
        foreach (var n in all) text.Append(CultureInfo.InvariantCulture, $"  - name: {Name(n)}\n    id: {n.NetworkId}\n    project: bench\n");
        text.Append("subnets:\n");
        foreach (var n in all) text.Append(CultureInfo.InvariantCulture, $"  - name: {Name(n)}\n    network: {Name(n)}\n    cidr: {GuestNetwork.Cidr}\n");
        text.Append("servers:\n");
        foreach (var n in all)
        {
            for (var guest = 0; guest <= n.Guests; guest++) AppendServer(text, n, guest);
        }

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
