using System.Runtime.InteropServices;

namespace Firstlight.Agent.Loop;

/// <summary>What a loop watches: a listening socket, or a connection that stays open.</summary>
internal interface IWatched
{
    /// <summary>The loop's own note of it.</summary>
    ulong Ticket { get; set; }

    /// <summary>Does a bounded piece of work, because the descriptor is ready for what it is watched for, or broken.</summary>
    void Serve();

    /// <summary>Ends it after a fault.</summary>
    void GiveUp();
}

/// <summary>From the number that the kernel gives back with an event to whom it concerns.</summary>
/// <remarks>
/// An event may be of somebody who went earlier in the same turn, while somebody new took the place: so a ticket names the place and how often it was taken.
/// </remarks>
internal sealed class WatchTable
{
    /// <summary>A ticket that nobody has.</summary>
    public const ulong Nobody = 0;

    private readonly List<Place> _places = [];
    private readonly Stack<int> _free = [];

    public ulong Add(IWatched watched)
    {
        if (!_free.TryPop(out var index))
        {
            index = _places.Count;
            _places.Add(default);
        }

        // The first taker of the first place has number 1, so that no ticket is Nobody's.
        var taken = _places[index].Taken + 1;
        _places[index] = new Place(watched, taken);
        return Ticket(index, taken);
    }

    public IWatched? Find(ulong ticket)
    {
        var index = (int)(uint)ticket;
        return index < _places.Count && Ticket(index, _places[index].Taken) == ticket ? _places[index].Watched : null;
    }

    public void Remove(ulong ticket)
    {
        if (Find(ticket) is null) return;
        var index = (int)(uint)ticket;
        _places[index] = _places[index] with { Watched = null };
        _free.Push(index);
    }

    private static ulong Ticket(int index, uint taken) => ((ulong)taken << 32) | (uint)index;

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Place(IWatched? Watched, uint Taken);
}
