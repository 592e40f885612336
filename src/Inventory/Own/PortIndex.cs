using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using Firstlight.Inventory.Own.Model;
using Firstlight.Inventory.Own.Storage;
using Firstlight.Metadata.Identity;
using Microsoft.Data.Sqlite;

namespace Firstlight.Inventory.Own;

/// <summary>All ports, by network and address or MAC. Reading takes no lock and allocates nothing; one writer at a time brings it to a later revision.</summary>
/// <remarks>
/// While a change is taken in, some ports are as before it and some as after it: of one that moves, a lookup finds the old place, the new one, none or both.
/// Only exactly one is believed without asking the store, and either may be told while the change is not announced.
/// </remarks>
internal sealed class PortIndex
{
    private const string Columns = """
        SELECT p.id, p.network_id, p.project_id, p.mac, p.device_id, p.device_owner, f.address
        FROM ports p LEFT JOIN fixed_ips f ON f.port_id = p.id
        """;

    private readonly ConcurrentDictionary<(string Network, IPAddress Address), Entry> _byAddress = new();
    private readonly ConcurrentDictionary<(string Network, PhysicalAddress Mac), Entry> _byMac = new();
    private readonly ConcurrentDictionary<string, ImmutableArray<string>> _networksOfRouters = new(StringComparer.Ordinal);

    // The writer's: what is found by which keys, and each router's interfaces.
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Entry>> _interfaces = new(StringComparer.Ordinal);
    private long _revision;

    private PortIndex(long revision) => _revision = revision;

    /// <summary>An index that was never filled.</summary>
    public static PortIndex Unfilled { get; } = new(-1);

    /// <summary>The store's revision whose ports these are; -1 for <see cref="Unfilled"/>.</summary>
    public long Revision => Volatile.Read(ref _revision);

    /// <summary>Builds the index inside the caller's transaction.</summary>
    public static PortIndex Load(SqliteConnection connection)
    {
        var index = new PortIndex(CloudReader.Revision(connection));
        foreach (var entry in Read(connection, $"{Columns} ORDER BY p.id")) index.Put(entry);
        return index;
    }

    /// <summary>Reads single ports again, inside the caller's transaction. When that fails, the index is as it was.</summary>
    /// <param name="connection">Whose transaction sees <paramref name="revision"/>.</param>
    /// <param name="ports">All that changed, came or went since <see cref="Revision"/>.</param>
    /// <param name="revision">What they are read at.</param>
    public void Update(SqliteConnection connection, IReadOnlyCollection<string> ports, long revision)
    {
        var read = ports.Select(id => (Id: id, Entry: Read(connection, $"{Columns} WHERE p.id = $0", id).SingleOrDefault())).ToList();
        foreach (var (id, entry) in read)
        {
            var old = _entries.GetValueOrDefault(id);
            if (entry is not null) Put(entry);
            else _entries.Remove(id);
            if (old is not null) Forget(old);
        }
        Volatile.Write(ref _revision, revision);
    }

    /// <summary>Notes that nothing of it changed up to a revision.</summary>
    public void Stands(long revision) => Volatile.Write(ref _revision, revision);

    /// <summary>Neutron's rules: exactly one port of the scope's networks, by MAC when there is one and by fixed address otherwise, and a device on it.</summary>
    public PortLookup Find(in PortQuery query)
    {
        FoundPort? found = null;
        if (query.Scope.Kind == ScopeKind.Network)
        {
            found = Find(query.Scope.Id, query);
        }
        else if (_networksOfRouters.TryGetValue(query.Scope.Id, out var networks))
        {
            foreach (var network in networks)
            {
                if (Find(network, query) is not { } port) continue;
                if (found is not null) return new PortLookup(PortOutcome.Ambiguous, null);
                found = port;
            }
        }
        return found is null || found.InstanceId.Value.Length == 0
            ? new PortLookup(PortOutcome.Unknown, null)
            : new PortLookup(PortOutcome.Found, found);
    }

    // Addresses and MACs are unique in a network: the schema has it so.
    private FoundPort? Find(string network, in PortQuery query)
    {
        var known = query.Mac is { } mac ? _byMac.TryGetValue((network, mac), out var entry) : _byAddress.TryGetValue((network, query.Address), out entry);
        return known ? entry!.Port : null;
    }

    // Rows of one port follow each other. Networks and projects have many ports, each of which would bring a copy of their ids.
    private static List<Entry> Read(SqliteConnection connection, string sql, params ReadOnlySpan<object?> values)
    {
        var entries = new List<Entry>();
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        Statement.Rows(
            connection,
            sql,
            row =>
            {
                var id = row.GetString(0);
                if (entries.Count == 0 || entries[^1].Port.PortId != id)
                {
                    entries.Add(new Entry(
                        new FoundPort(id, new InstanceId(row.GetString(4)), new ProjectId(Shared(row.GetString(2))), Shared(row.GetString(1))),
                        PhysicalAddress.Parse(row.GetString(3)),
                        row.GetString(5) == DeviceOwners.RouterInterface));
                }
                if (row.TextOrNull(6) is { } address) entries[^1].Addresses = [.. entries[^1].Addresses, IPAddress.Parse(address)];
            },
            values);
        return entries;

        string Shared(string text) => texts.TryGetValue(text, out var known) ? known : texts[text] = text;
    }

    private void Put(Entry entry)
    {
        var network = entry.Port.NetworkId;
        _entries[entry.Port.PortId] = entry;
        _byMac[(network, entry.Mac)] = entry;
        foreach (var address in entry.Addresses) _byAddress[(network, address)] = entry;
        if (entry.IsInterface) Interfaces(entry, interfaces => interfaces.Add(entry));
    }

    // What another port has taken over meanwhile stays.
    private void Forget(Entry entry)
    {
        var network = entry.Port.NetworkId;
        _byMac.TryRemove(KeyValuePair.Create((network, entry.Mac), entry));
        foreach (var address in entry.Addresses) _byAddress.TryRemove(KeyValuePair.Create((network, address), entry));
        if (entry.IsInterface) Interfaces(entry, interfaces => interfaces.Remove(entry));
    }

    private void Interfaces(Entry of, Action<List<Entry>> change)
    {
        var router = of.Port.InstanceId.Value;
        if (!_interfaces.TryGetValue(router, out var interfaces)) _interfaces[router] = interfaces = [];
        change(interfaces);
        if (interfaces.Count > 0)
        {
            _networksOfRouters[router] = [.. interfaces.Select(i => i.Port.NetworkId).Distinct(StringComparer.Ordinal)];
            return;
        }
        _interfaces.Remove(router);
        _networksOfRouters.TryRemove(router, out _);
    }

    private sealed class Entry(FoundPort port, PhysicalAddress mac, bool isInterface)
    {
        public FoundPort Port => port;

        public PhysicalAddress Mac => mac;

        public bool IsInterface => isInterface;

        public IPAddress[] Addresses { get; set; } = [];
    }
}
