using System.Collections.Immutable;
using System.Globalization;
using System.Net.NetworkInformation;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Inventory.Own.Storage;

/// <summary>What of a store a wish for more can have to do with: a cloud so small that a network among thousands is planned as fast as one among ten.</summary>
/// <remarks>
/// It holds what the wish names by name, id or number; of networks it names all subnets and ports, with whom those belong to; of servers it names all ports; and projects and key pairs,
/// read when they are asked for. So every name leads where it leads in the whole cloud, and nobody with whom a new thing could collide is missing. That goes for things that come: what
/// refers to one that changes or goes may be anywhere, and so may be what a router or a floating address meets. Belongs to the thread and the transaction that reads.
/// </remarks>
/// <param name="things">Reads rows.</param>
/// <param name="spec">What is asked for.</param>
internal sealed class Surroundings(ThingReader things, CloudSpec spec)
{
    // With more, going through everything is as quick as looking each up.
    private const int MostThings = 200;

    private const string Named = "id IN (*) OR (project_id IN (SELECT id FROM projects) AND name IN (*))";

    /// <summary>Whether a plan made of the part is the one that would be made of the whole.</summary>
    /// <param name="difference">What it changes.</param>
    public bool Suffice(CloudDifference difference)
    {
        // A MAC that is asked for may be that of a port on another network; one that is given out is nobody's.
        var given = difference.Ports.Added.Select(p => p.Mac).Except(Ports().Select(p => p.Mac).OfType<PhysicalAddress>());
        return difference.IsMore && !things.HasPort(Only.Any("mac IN (*)", [.. given.Select(Addresses.MacText)]));
    }

    /// <summary>The part of a cloud.</summary>
    /// <param name="whole">The cloud at this revision, its kinds not read yet.</param>
    /// <returns>Null where a part would not do.</returns>
    public Cloud? Of(Cloud whole)
    {
        if (Count() > MostThings || !spec.Routers.IsDefaultOrEmpty || !spec.FloatingIps.IsDefaultOrEmpty || Some(spec.Networks).Any(n => n.Uplink is not null)) return null;

        var networks = things.Networks(Only.Any(Named, Forms(NetworkNames()))).ToImmutableDictionary(n => n.Id);
        var places = networks.Keys.ToList();
        // Addresses of networks are ports' and floating addresses'.
        if (things.FloatingIps(Only.Any("network_id IN (*)", places)).Count > 0) return null;

        var servers = things.Servers(Only.Any($"{Named} OR number IN (*)", Forms(ServerNames()))).ToImmutableDictionary(s => s.Id);
        var ports = things.Ports(Only.Any("network_id IN (*) OR device_id IN (*) OR id IN (*)", [.. places, .. servers.Keys, .. Forms(Ports().Select(p => p.Id))]));
        var devices = Only.Any("id IN (SELECT device_id FROM ports WHERE network_id IN (*))", places);
        return whole with
        {
            Networks = networks,
            Subnets = things.Subnets(Only.Any("network_id IN (*) OR id IN (*)", [.. places, .. Forms(Some(spec.Subnets).Select(s => s.Id))])).ToImmutableDictionary(s => s.Id),
            Servers = servers.SetItems(things.Servers(devices).Select(s => KeyValuePair.Create(s.Id, s))),
            Routers = things.Routers(devices).ToImmutableDictionary(r => r.Id),
            Ports = ports.ToImmutableDictionary(p => p.Id),
            FloatingIps = Cloud.Empty.FloatingIps,
        };
    }

    private IEnumerable<string?> NetworkNames() =>
        [.. Some(spec.Networks).SelectMany(n => (string?[])[n.Name, n.Id]), .. Some(spec.Subnets).Select(s => s.Network), .. Ports().Select(p => p.Network)];

    private IEnumerable<string?> ServerNames() =>
        [.. Some(spec.Servers).SelectMany(s => (string?[])[s.Name, s.Id, s.Number?.ToString(CultureInfo.InvariantCulture)]), .. Ports().Select(p => p.Server)];

    private IEnumerable<PortSpec> Ports() => [.. Some(spec.Ports), .. Some(spec.Servers).SelectMany(s => Some(s.Ports))];

    private int Count() => Some(spec.Projects).Length + Some(spec.Networks).Length + Some(spec.Subnets).Length + Some(spec.KeyPairs).Length + Some(spec.Servers).Length + Ports().Count();

    // As written, and where it is an id as ids are stored.
    private static HashSet<string> Forms(IEnumerable<string?> texts)
    {
        var forms = new HashSet<string>(StringComparer.Ordinal);
        foreach (var text in texts.OfType<string>())
        {
            forms.Add(text);
            if (Guid.TryParse(text, out var uuid)) forms.Add(uuid.ToString("D"));
        }
        return forms;
    }

    private static ImmutableArray<T> Some<T>(ImmutableArray<T> specs) => specs.IsDefault ? [] : specs;
}
