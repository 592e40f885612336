using System.Collections.Immutable;
using System.Net.NetworkInformation;
using Firstlight.Plumbing.Attach;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Reconcile;
using FsCheck;
using FsCheck.Fluent;

namespace Firstlight.Plumbing.Tests.Reconcile;

/// <summary>A wish made from the one before is the wish made anew, and tells which networks something else is wanted of.</summary>
public sealed class WishTests
{
    private const int Networks = 4;

    // Of each network whether it is there, and ports at random on them; a port that comes again unchanged is the same object.
    private static readonly Gen<(bool[] There, (int Port, int Network, int Version)[] Ports)> Host =
        from there in Gen.Elements(true, true, true, false).ArrayOf(Networks)
        from ports in (from port in Gen.Choose(0, 11) from version in Gen.Frequency((6, Gen.Constant(0)), (1, Gen.Choose(1, 3))) select (port, port % Networks, version)).ArrayOf()
        from moved in Gen.Choose(0, 20)
        select (there, ports.DistinctBy(p => p.port).OrderBy(p => moved == 0 ? -p.port : p.port).Select(p => (p.port, p.Item2, p.version)).ToArray());

    [Fact]
    public void What_is_taken_from_the_wish_before_is_as_if_made_anew()
    {
        var kept = 0;
        var known = new Dictionary<(int, int), WantedPort>();
        var networks = Enumerable.Range(0, Networks).Select(n => new WantedNetwork { Id = Id(1, n), Mtu = 1500 }).ToArray();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300).WithEndSize(12), Prop.ForAll(Host.ArrayOf(4).ToArbitrary(), hosts =>
        {
            var former = Wish.Nothing;
            foreach (var (there, ports) in hosts)
            {
                var host = new WantedHost([.. networks.Where((_, n) => there[n])], []) { Ports = [.. ports.Select(p => Port(known, p.Port, p.Network, p.Version))] };
                var (wish, anew) = (new Wish(host, former), new Wish(host));
                var different = wish.DifferentFrom(former).ToHashSet();
                foreach (var unit in anew.Units)
                {
                    Assert.Equal(anew.Guests(unit).OrderBy(p => p.Id, StringComparer.Ordinal), wish.Guests(unit).OrderBy(p => p.Id, StringComparer.Ordinal), ReferenceEqualityComparer.Instance);
                    Assert.Equal(anew.Names(unit), wish.Names(unit));
                    foreach (var guest in wish.Guests(unit)) Assert.Equal(unit, wish.OfDevice(DeviceNames.HostEnd(guest.Id)));
                    var isAsBefore = former.Has(unit) && former.Guests(unit).ToHashSet(ReferenceEqualityComparer.Instance).SetEquals(wish.Guests(unit));
                    Assert.Equal(!isAsBefore, different.Contains(unit));
                    if (isAsBefore) kept++;
                }

                former = wish;
            }
        }));
        Assert.True(kept > 100, $"only {kept} networks were as before: the property says little");
    }

    // Every fifth is the cloud's own, which the network has no guest by.
    private static WantedPort Port(Dictionary<(int, int), WantedPort> known, int number, int network, int version)
    {
        if (known.TryGetValue((number, version), out var port)) return port;
        return known[(number, version)] = new WantedPort
        {
            Id = Id(2, number),
            NetworkId = Id(1, network),
            Mac = new PhysicalAddress([0xfa, 0x16, 0x3e, 0, (byte)version, (byte)number]),
            Trust = number % 5 == 4 ? PortTrust.Infrastructure : PortTrust.Guarded,
        };
    }

    private static string Id(int kind, int number) => $"{kind:x}{number:x2}00000-0000-4000-8000-000000000000";
}
