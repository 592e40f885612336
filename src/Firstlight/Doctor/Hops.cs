namespace Firstlight.Doctor;

/// <summary>The hops of a path, by the words they are shown with.</summary>
internal static class Hops
{
    public const string Port = "port";
    public const string Instance = "instance";
    public const string Subnet = "subnet";
    public const string Bridge = "bridge";
    public const string Guest = "guest";
    public const string Guard = "guard";
    public const string Namespace = "namespace";
    public const string Device = "device";
    public const string Address = "address";
    public const string Dhcp = "dhcp";
    public const string Route = "route";
    public const string Rules = "rules";
    public const string Agent = "agent";
    public const string Socket = "socket";
    public const string Listener = "listener";
    public const string Neutron = "neutron";
    public const string Identity = "identity";
    public const string Upstream = "upstream";
    public const string Signature = "signature";
    public const string Versions = "versions";
    public const string MetaData = "meta_data";
    public const string NetworkData = "network_data";
    public const string UserData = "user_data";
    public const string VendorData = "vendor_data";
}
