using Firstlight.Bench.Load;
using Firstlight.Bench.Machine;
using Firstlight.Bench.Peers;

namespace Firstlight.Bench.Scenarios.Scales;

/// <summary>
/// A cloud that grows, the program that serves it and, for comparison, nginx in its first network and haproxy in all networks that ask. Of many networks some have guests
/// plugged in, who do the asking; of many instances on a network some have their address.
/// </summary>
/// <param name="directory">Where its files are.</param>
/// <param name="firstlight">The program, with an empty inventory, not running yet.</param>
/// <param name="undo">Takes it down.</param>
internal sealed class ScaleWorld(string directory, FirstlightPeer firstlight, Undo undo)
{
    /// <summary>The most that ask.</summary>
    public const int MostAsking = 200;

    // How many guests of a network but the first have their address.
    private const int Plugged = 20;

    // Numbers on the first network that are kept for those added while the program runs, so that their addresses are there before.
    private const int FirstNew = MostAsking;
    private const int LastNew = FirstNew + 99;
    private readonly List<(GuestNetwork Network, int Instances)> _networks = [];
    private readonly HashSet<GuestNetwork> _plugged = [];
    private int _newInstances;
    private int _newNetworks;

    public FirstlightPeer Firstlight => firstlight;

    /// <summary>nginx in the first network's namespace, from the first growth on.</summary>
    public NginxPeer Nginx { get; private set; } = null!;

    /// <summary>haproxy in the namespaces of all networks that ask, from the first growth on.</summary>
    public HaproxyFilePeer Haproxy { get; private set; } = null!;

    /// <summary>Networks there are, those added one by one included.</summary>
    public int Networks => _networks.Count + _newNetworks;

    /// <summary>Instances there are, those added one by one included.</summary>
    public int Instances => _networks.Sum(n => n.Instances) + _newInstances + _newNetworks;

    /// <summary>The network every world has.</summary>
    public GuestNetwork First => _networks[0].Network;

    /// <summary>Grows while the program stands still, starts it, and waits until all is in order.</summary>
    /// <param name="networks">How many networks there shall be.</param>
    /// <param name="onFirst">How many instances on the first of them.</param>
    /// <param name="onEach">How many on each other.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task GrowAsync(int networks, int onFirst, int onEach, CancellationToken cancellationToken)
    {
        await firstlight.StopAsync();
        GuestNetwork[] added = [.. Enumerable.Range(_networks.Count, networks - _networks.Count).Select(New)];
        if (added.Length > 0) await firstlight.ApplyAsync([BenchCloudFile.Networks(added)], cancellationToken);
        _networks.AddRange(added.Select(n => (n, 0)));
        var guests = new List<(GuestNetwork, int)>();
        for (var i = 0; i < _networks.Count; i++)
        {
            var (network, have) = _networks[i];
            var wanted = i == 0 ? onFirst : onEach;
            for (var k = have; k < wanted; k++) guests.Add((network, Number(k)));
            _networks[i] = (network, wanted);
        }

        await firstlight.ApplyAsync(BenchCloudFile.Servers(guests), cancellationToken);
        await firstlight.MakeNetworksAsync(cancellationToken);
        await PlugAsync(cancellationToken);
        var document = await firstlight.DocumentAsync(First, cancellationToken);
        Nginx ??= await NginxPeer.StartAsync(Path.Combine(directory, "nginx"), document, First, undo, cancellationToken);
        if (Haproxy is not null) await Haproxy.StopAsync();
        else undo.Add("haproxy", () => Haproxy?.StopAsync().AsTask() ?? Task.CompletedTask);
        Haproxy = await HaproxyFilePeer.StartAsync(Path.Combine(directory, "haproxy"), document, [.. Sample().Select(n => n.Network)], cancellationToken);
    }

    /// <summary>Those that ask: one of as many networks as there are, then a second of each, and so on.</summary>
    public Place Asking()
    {
        var sample = Sample();
        var guests = new List<(int, BootingGuest)>();
        for (var k = 0; k < MostAsking; k++)
        {
            for (var i = 0; i < sample.Length && guests.Count < MostAsking; i++)
            {
                var (network, instances) = sample[i];
                if (k < Math.Min(instances, i == 0 ? FirstNew : Plugged)) guests.Add((i, network.Guest(k)));
            }
        }

        return new([.. sample.Select(n => n.Network.GuestNamespaceFile)], guests);
    }

    /// <summary>Those of the first network, who can ask nginx as well.</summary>
    public Place AskingOnFirst() => new([First.GuestNamespaceFile], [.. Enumerable.Range(0, Math.Min(_networks[0].Instances, FirstNew)).Select(k => (0, First.Guest(k)))]);

    /// <summary>One more instance, not in the inventory yet, whose address is there already.</summary>
    public (GuestNetwork Network, int Guest) NewInstance()
    {
        if (FirstNew + _newInstances > LastNew) throw new BenchException("more instances are added than addresses were kept for");
        return (First, FirstNew + _newInstances++);
    }

    /// <summary>One more network, not in the inventory yet. Its numbers go down from the last there is.</summary>
    public GuestNetwork NewNetwork() => New(GuestNetwork.LastNumber - _newNetworks++);

    /// <summary>Takes most of it away before the program itself is asked to, which goes network by network.</summary>
    public async Task TakeDownAsync()
    {
        await firstlight.StopAsync();
        firstlight.EndDaemons();
        await GuestNetwork.RemoveServersAsync([.. _networks.Select(n => n.Network), .. Enumerable.Range(0, _newNetworks).Select(n => New(GuestNetwork.LastNumber - n))]);
    }

    // Of the networks as many as can ask, evenly over all.
    private (GuestNetwork Network, int Instances)[] Sample()
    {
        var count = Math.Min(_networks.Count, MostAsking);
        return [.. Enumerable.Range(0, count).Select(i => _networks[(int)((long)i * _networks.Count / count)])];
    }

    private async Task PlugAsync(CancellationToken cancellationToken)
    {
        GuestNetwork[] unplugged = [.. Sample().Select(n => n.Network).Where(_plugged.Add)];
        GuestNetwork.RemoveGuestsAtEnd(unplugged, undo);
        await GuestNetwork.PlugAsync(unplugged, cancellationToken);
    }

    private static GuestNetwork New(int number) => new(number) { Plugged = [.. Enumerable.Range(0, number == 0 ? LastNew + 1 : Plugged)] };

    // The k-th instance of a network, around the numbers kept for later.
    private static int Number(int k) => k < FirstNew ? k : k + LastNew + 1 - FirstNew;
}
