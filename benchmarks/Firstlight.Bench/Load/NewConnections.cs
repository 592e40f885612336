using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Firstlight.Bench.Load;

/// <summary>Guests that ask one after the other, each request on a connection of its own.</summary>
internal static class NewConnections
{
    /// <summary>What cloud-init asks of a booting guest's metadata: what there is, the documents, and the EC2 tree item by item.</summary>
    public static readonly IReadOnlyList<string> Boot =
    [
        "/openstack", "/openstack", "/openstack/latest/meta_data.json", "/openstack/latest/user_data", "/openstack/latest/vendor_data.json",
        "/openstack/latest/vendor_data2.json", "/openstack/latest/network_data.json", "/latest/meta-data/", "/latest/user-data", "/latest/meta-data/ami-id",
        "/latest/meta-data/ami-launch-index", "/latest/meta-data/ami-manifest-path", "/latest/meta-data/block-device-mapping/", "/latest/meta-data/block-device-mapping/ami",
        "/latest/meta-data/block-device-mapping/root", "/latest/meta-data/hostname", "/latest/meta-data/instance-action", "/latest/meta-data/instance-id",
        "/latest/meta-data/instance-type", "/latest/meta-data/local-hostname", "/latest/meta-data/local-ipv4", "/latest/meta-data/placement/",
        "/latest/meta-data/placement/availability-zone", "/latest/meta-data/public-hostname", "/latest/meta-data/public-ipv4", "/latest/meta-data/public-keys/",
        "/latest/meta-data/public-keys/0/openssh-key", "/latest/meta-data/reservation-id",
    ];

    /// <summary>Every path for every guest, in order. Nothing is measured but by the clock.</summary>
    public static WrkResult Ask(IPEndPoint server, IEnumerable<SignedGuest> guests, IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        var (failed, errors) = (0, 0);
        var started = Stopwatch.GetTimestamp();
        foreach (var guest in guests)
        {
            foreach (var path in paths)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var begun = Stopwatch.GetTimestamp();
                try
                {
                    if (Get(server, guest, path).Status is < 200 or > 399) failed++;
                }
                catch (SocketException)
                {
                    errors++;
                }

                times.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            }
        }

        times.Sort();
        return new(times.Count, Stopwatch.GetElapsedTime(started).TotalSeconds, At(50), At(99), failed, errors);

        double At(int percent) => times[Math.Min(times.Count - 1, times.Count * percent / 100)];
    }

    /// <summary>One request.</summary>
    public static (int Status, string Body) Get(IPEndPoint server, SignedGuest guest, string path)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 20_000 };
        socket.Connect(server);
        var head = $"GET {path} HTTP/1.1\r\nHost: 169.254.169.254\r\nConnection: close\r\n{string.Join("\r\n", guest.Headers)}\r\n\r\n";
        socket.Send(Encoding.ASCII.GetBytes(head));
        using var received = new MemoryStream();
        Span<byte> buffer = new byte[16 << 10];
        for (var read = socket.Receive(buffer); read > 0; read = socket.Receive(buffer)) received.Write(buffer[..read]);
        var text = Encoding.Latin1.GetString(received.ToArray());
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return end > 12 && int.TryParse(text.AsSpan(9, 3), out var status) ? (status, text[(end + 4)..]) : (0, "");
    }
}
