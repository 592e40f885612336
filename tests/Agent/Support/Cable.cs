namespace Firstlight.Agent.Tests.Support;

/// <summary>A service's namespace and a guest's, joined by a veth pair, both ends named <c>eth0</c>.</summary>
internal sealed class Cable : IDisposable
{
    public const string GuestMac = "fa:16:3e:b3:e8:38";
    public const string GuestLinkLocal = "fe80::f816:3eff:feb3:e838";

    public Cable(string guestAddress = "10.0.0.5", string? service = null)
    {
        Service = new TestNamespace(service);
        try
        {
            Connect();
            Guest.Run("link", "set", "eth0", "address", GuestMac);
            Guest.Run("link", "set", "eth0", "addrgenmode", "none");
            Guest.Run("link", "set", "eth0", "up");
            Guest.Add($"{guestAddress}/24", "eth0");
            Guest.Add($"{GuestLinkLocal}/64", "eth0");
            Guest.Run("route", "add", "169.254.169.254/32", "dev", "eth0");
            Address();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public TestNamespace Service { get; }

    public TestNamespace Guest { get; } = new();

    /// <summary>Makes the deleted service side again under its old name; the guest's end of the old cable must be gone.</summary>
    public void Recreate()
    {
        Service.Create();
        Connect();
        Guest.Run("link", "set", "eth0", "up");
        Guest.Add("10.0.0.5/24", "eth0");
        Guest.Run("route", "add", "169.254.169.254/32", "dev", "eth0");
        Address();
    }

    /// <summary>Deletes the cable and lays another between the same namespaces, with devices of the same names and addresses.</summary>
    public void Replace()
    {
        Service.Run("link", "del", "eth0");
        Connect();
        Guest.Run("link", "set", "eth0", "address", GuestMac);
        Guest.Run("link", "set", "eth0", "addrgenmode", "none");
        Guest.Run("link", "set", "eth0", "up");
        Guest.Add($"{GuestLinkLocal}/64", "eth0");
        Address();
    }

    public void Dispose()
    {
        Service.Dispose();
        Guest.Dispose();
    }

    private void Connect() => Ip.Run("link", "add", "eth0", "netns", Service.Name, "type", "veth", "peer", "name", "eth0", "netns", Guest.Name);

    private void Address()
    {
        Service.Run("link", "set", "eth0", "up");
        Service.Add("10.0.0.2/24", "eth0");
        Service.Add("169.254.169.254/32", "eth0");
        Service.Add("fe80::a9fe:a9fe/64", "eth0");
    }
}
