using Firstlight.Inventory.Own.Model;

namespace Firstlight.Inventory.Own;

/// <summary>How messages name things: <c>subnet blue-v4</c>.</summary>
internal static class Subjects
{
    public static string Of(ResourceKind kind, string name) => $"{Word(kind)} {name}";

    /// <summary>A port by its name, or by its id where it has none.</summary>
    public static string Name(Port port) => port.Name.Length > 0 ? port.Name : port.Id;

    public static string Word(ResourceKind kind) => kind switch
    {
        ResourceKind.Project => "project",
        ResourceKind.Network => "network",
        ResourceKind.Subnet => "subnet",
        ResourceKind.Router => "router",
        ResourceKind.KeyPair => "keypair",
        ResourceKind.Server => "server",
        ResourceKind.FloatingIp => "floatingip",
        _ => "port",
    };
}
