using System.Globalization;
using System.Net;

namespace Firstlight.Agent.Tests.Support;

/// <summary>A network namespace of this test run alone.</summary>
internal sealed class TestNamespace : IDisposable
{
    public TestNamespace(string? name = null)
    {
        Name = name ?? $"flt-{Guid.NewGuid().ToString("N")[..10]}";
        Create();
    }

    public string Name { get; }

    public string Path => $"/run/netns/{Name}";

    public void Create()
    {
        Ip.Run("netns", "add", Name);
        Run("link", "set", "lo", "up");
    }

    public void Delete() => Ip.Run("netns", "del", Name);

    public string Run(params string[] arguments) => Ip.Run(["-n", Name, .. arguments]);

    public void Add(string address, string device) => Run("addr", "add", address, "dev", device, "nodad");

    /// <summary>Gives the namespace the service address and guests' addresses of its own, so that a guest can be a socket beside the listener.</summary>
    public TestNamespace WithGuests(params string[] addresses)
    {
        Run("addr", "add", "169.254.169.254/32", "dev", "lo");
        foreach (var address in addresses) Run("addr", "add", $"{address}/32", "dev", "lo");
        return this;
    }

    public long IndexOf(string device) => long.Parse(Run("-o", "link", "show", device).Split(':')[0], CultureInfo.InvariantCulture);

    public IPAddress LinkLocal(string text, string device) => new(IPAddress.Parse(text).GetAddressBytes(), IndexOf(device));

    public void Dispose() => Ip.TryTool("ip", out _, "netns", "del", Name);
}
