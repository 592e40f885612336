using Firstlight.Inventory.Own.Model;

namespace Firstlight.Inventory.Own.Planning;

/// <summary>Plans key pairs and servers; the ports of servers come after, when all names are known.</summary>
internal sealed class ServerPlan(Draft draft, TopologyPlan topology)
{
    private const string DefaultZone = "nova";
    private const string DefaultFlavor = "m1.small";
    private const string DefaultGroup = "default";
    private const string DefaultRootDevice = "/dev/vda";

    public void Apply(KeyPairSpec spec)
    {
        if (topology.IsEmpty(spec, ResourceKind.KeyPair, spec.Name, spec.Project)) return;
        draft.Put(new StoredKeyPair(topology.Project(spec.Project), spec.Name, spec.Type, spec.PublicKey), spec);
    }

    /// <summary>Plans the server itself.</summary>
    /// <returns>The server, or null when it could not be made.</returns>
    public Server? Apply(ServerSpec spec)
    {
        if (topology.IsEmpty(spec, ResourceKind.Server, spec.Name, spec.Project)) return null;
        var project = topology.Project(spec.Project);
        if (Identity.Of(draft, spec, ResourceKind.Server, spec.Name, spec.Id, project) is not { } id) return null;
        var stored = draft.Servers.GetValueOrDefault(id);
        if (Key(spec, project, stored) is not { } key) return null;

        var server = new Server
        {
            Id = id,
            Name = spec.Name,
            ProjectId = project,
            Hostname = spec.Hostname ?? stored?.Hostname ?? Hostname.Of(spec.Name, id),
            Number = spec.Number ?? stored?.Number ?? 0,
            KeyName = key.Name,
            KeyType = key.Type,
            PublicKey = key.PublicKey,
            UserData = spec.UserData ?? stored?.UserData,
            Metadata = Identity.Keep(spec, "metadata", spec.Metadata, stored?.Metadata),
            AvailabilityZone = spec.AvailabilityZone ?? (stored is null ? DefaultZone : stored.AvailabilityZone),
            FlavorName = spec.Flavor ?? stored?.FlavorName ?? DefaultFlavor,
            Image = spec.Image ?? stored?.Image ?? "",
            SecurityGroups = spec.SecurityGroups.IsDefaultOrEmpty && stored is null && !Identity.IsWritten(spec, "security_groups")
                ? [DefaultGroup]
                : Identity.Keep(spec, "security_groups", spec.SecurityGroups, stored?.SecurityGroups),
            LaunchIndex = spec.LaunchIndex ?? stored?.LaunchIndex ?? 0,
            ReservationId = spec.ReservationId ?? stored?.ReservationId ?? $"r-{id[..8]}",
            RootDeviceName = spec.RootDevice ?? (stored is null ? DefaultRootDevice : stored.RootDeviceName),
        };
        draft.Put(server, spec);
        FollowZone(server);
        return server;
    }

    private (string? Name, string? Type, string? PublicKey)? Key(ServerSpec spec, string project, Server? stored)
    {
        if (spec.KeyPair is not { } name) return (stored?.KeyName, stored?.KeyType, stored?.PublicKey);
        if (draft.KeyPairs.TryGetValue((project, name), out var pair)) return (name, pair.Type, pair.PublicKey);
        // The copy outlives the key pair.
        if (stored is not null && stored.KeyName == name) return (name, stored.KeyType, stored.PublicKey);
        draft.Refer(spec, ResourceKind.Server, spec.Name, "keypair", ResourceKind.KeyPair, name, project);
        return null;
    }

    // The owner of a port names the server's zone.
    private void FollowZone(Server server)
    {
        foreach (var port in draft.PortsOf(server.Id))
        {
            if (port.DeviceOwner.StartsWith(DeviceOwners.ComputePrefix, StringComparison.Ordinal) && port.DeviceOwner != PortPlan.Owner(server))
                draft.Put(port with { DeviceOwner = PortPlan.Owner(server) });
        }
    }
}
