using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Firstlight.Inventory.Neutron.Ports;
using FsCheck;
using FsCheck.Fluent;

namespace Firstlight.Inventory.Tests.Neutron.Ports;

/// <summary>Whatever the cloud looks like, whatever changes and however its server misbehaves: nobody is taken for a guest of a network that is not the listener's.</summary>
public sealed class PortDirectoryPropertyTests
{
    private const int Networks = 4;
    private const int Routers = 3;
    private static readonly string?[] Misbehaviours = [null, null, null, "network_id", "fixed_ips", "mac_address", "device_id", "device_owner"];
    private static readonly string[] Owners = ["compute:nova", "network:router_interface", "network:router_gateway", "network:dhcp"];

    private static readonly Gen<PortOf> SomePort =
        from network in Gen.Choose(0, Networks - 1)
        from address in Gen.Choose(1, 4)
        from owner in Gen.Elements(Owners)
        from router in Gen.Choose(0, Routers - 1)
        from device in Gen.Elements("", "a", "b", "c")
        select new PortOf(network, address, owner, owner.StartsWith("network:router", StringComparison.Ordinal) ? router : -1, device);

    private static readonly Gen<Step> SomeStep =
        from port in SomePort
        from remove in Gen.Elements(true, false)
        from seconds in Gen.Elements(0, 0, 1, 9, 11)
        from misbehaviour in Gen.Elements(Misbehaviours)
        from ofRouter in Gen.Elements(true, false)
        from scope in Gen.Choose(0, Networks - 1)
        from address in Gen.Choose(1, 5)
        from byMac in Gen.Elements(false, false, true)
        from afresh in Gen.Elements(false, false, false, true)
        select new Step(port, remove, seconds, misbehaviour, ofRouter, scope, address, byMac, afresh);

    private static readonly Gen<Story> SomeStory =
        from large in Gen.Elements(0, 2, 2000)
        from page in Gen.Elements<int?>(null, 1, 2)
        from ports in SomePort.ListOf(8)
        from steps in SomeStep.ListOf(12)
        select new Story(large, page, [.. ports], [.. steps]);

    [Fact]
    public async Task Nobody_is_ever_found_on_a_network_that_is_not_the_listeners()
    {
        await using var cloud = await PortCloud.StartAsync();
        var (found, refused) = (0, 0);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(150), Prop.ForAll(SomeStory.ToArbitrary(), story =>
        {
            var (ok, foundHere, refusedHere) = Task.Run(() => TellAsync(cloud, story)).GetAwaiter().GetResult();
            found += foundHere;
            refused += refusedHere;
            return ok;
        }));
        Assert.True(found > 100 && refused > 20, $"only {found} found and {refused} refused: the property says little");
    }

    private static async Task<(bool Ok, int Found, int Refused)> TellAsync(PortCloud cloud, Story story)
    {
        var networks = Enumerable.Range(0, Networks).Select(_ => PortCloud.Id()).ToArray();
        var routers = Enumerable.Range(0, Routers).Select(_ => PortCloud.Id()).ToArray();
        cloud.Neutron["ports"].Clear();
        cloud.Neutron.PageSize = story.Page;
        using var directory = cloud.Open(PortCloud.Patient with { LargestNetwork = story.Largest, ShortestPause = TimeSpan.Zero, LongestPause = TimeSpan.Zero });
        foreach (var port in story.Ports) Put(port);

        // What was true within the time to live may be told: interfaces and ports that were there at any such moment.
        var history = new List<(DateTimeOffset Until, List<JsonObject> Ports)>();
        var (found, refused) = (0, 0);
        foreach (var step in story.Steps)
        {
            var before = Ports();
            if (step.Remove) Take(step.Port);
            else Put(step.Port);
            history.Add((cloud.Time.GetUtcNow(), before));
            cloud.Time.Advance(TimeSpan.FromSeconds(step.Seconds));
            cloud.Neutron.Ignored.Clear();
            if (step.Misbehaviour is { } filter) cloud.Neutron.Ignored.Add(filter);

            var scope = step.OfRouter ? new Scope(ScopeKind.Router, routers[step.Scope % Routers]) : new Scope(ScopeKind.Network, networks[step.Scope]);
            var query = new PortQuery(scope, IPAddress.Parse($"10.0.0.{step.Address}"), step.ByMac ? System.Net.NetworkInformation.PhysicalAddress.Parse(Mac(step.Address)) : null);
            PortLookup lookup;
            try
            {
                lookup = await (step.Afresh ? directory.FindAfreshAsync(query, CancellationToken.None) : directory.FindAsync(query, CancellationToken.None));
            }
            catch (InventoryUnavailableException)
            {
                refused++;
                continue;
            }

            if (lookup.Outcome != PortOutcome.Found) continue;
            found++;
            var limit = cloud.Time.GetUtcNow() - new NeutronDirectoryOptions().TimeToLive - TimeSpan.FromMilliseconds(1);
            var moments = step.Afresh ? [Ports()] : history.Where(moment => moment.Until >= limit).Select(moment => moment.Ports).Append(Ports()).ToList();
            var isOnOurs = scope.Kind == ScopeKind.Network
                ? lookup.Port!.NetworkId == scope.Id
                : moments.Exists(ports => ports.Exists(port =>
                    Text(port, "device_id") == scope.Id && Text(port, "device_owner") == "network:router_interface" && Text(port, "network_id") == lookup.Port!.NetworkId));
            var was = moments.Exists(ports => ports.Exists(port =>
                Text(port, "id") == lookup.Port!.PortId && Text(port, "network_id") == lookup.Port.NetworkId && Text(port, "device_id") == lookup.Port.InstanceId.Value
                && (step.ByMac ? Text(port, "mac_address") == Mac(step.Address) : (string?)port["fixed_ips"]![0]!["ip_address"] == $"10.0.0.{step.Address}")));
            if (!isOnOurs || !was) return (false, found, refused);
        }

        return (true, found, refused);

        List<JsonObject> Ports() => [.. cloud.Neutron["ports"].Select(port => port!.DeepClone().AsObject())];
        void Put(PortOf port) => cloud.Add(networks[port.Network], $"10.0.0.{port.Address}", port.Router < 0 ? port.Device : routers[port.Router], port.Owner, Mac(port.Address));
        void Take(PortOf port)
        {
            if (cloud.Neutron["ports"].FirstOrDefault(candidate => Text(candidate!.AsObject(), "network_id") == networks[port.Network]) is { } there) cloud.Remove(there.AsObject());
        }
    }

    private static string? Text(JsonObject port, string name) => (string?)port[name];

    private static string Mac(int address) => string.Create(CultureInfo.InvariantCulture, $"fa:16:3e:00:00:{address:x2}");

    private sealed record PortOf(int Network, int Address, string Owner, int Router, string Device);

    private sealed record Step(PortOf Port, bool Remove, int Seconds, string? Misbehaviour, bool OfRouter, int Scope, int Address, bool ByMac, bool Afresh);

    private sealed record Story(int Largest, int? Page, IReadOnlyList<PortOf> Ports, IReadOnlyList<Step> Steps);
}
