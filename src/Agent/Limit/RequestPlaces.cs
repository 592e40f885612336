namespace Firstlight.Agent.Limit;

/// <summary>The places for requests that are being answered, shared so that a crowd at one listener never keeps the others waiting.</summary>
/// <remarks>
/// Half of the places go to whoever comes. Of the rest a listener gets no more than makes its share an equal one, with one share set aside for whoever comes
/// next. A listener that has no request under way always gets one through, since what a booting guest asks it asks one after the other: so there are never
/// more requests than places and listeners together.
/// </remarks>
/// <param name="places">How many there are.</param>
internal sealed class RequestPlaces(int places)
{
    private readonly Lock _gate = new();
    private int _taken;
    private int _busy;

    /// <summary>How many there are.</summary>
    public int Count => places;

    /// <summary>Takes a place.</summary>
    /// <param name="taker">Whose request it is; null for one that came from a proxy, which shares with nobody.</param>
    /// <returns>False when there is none for it. Otherwise it is to be given back.</returns>
    public bool TryTake(Taker? taker)
    {
        lock (_gate)
        {
            if (!HasPlaceFor(taker)) return false;
            _taken++;
            if (taker is not null && taker.Taken++ == 0) _busy++;
            return true;
        }
    }

    /// <summary>Gives a place back.</summary>
    public void GiveBack(Taker? taker)
    {
        lock (_gate)
        {
            _taken--;
            if (taker is not null && --taker.Taken == 0) _busy--;
        }
    }

    private bool HasPlaceFor(Taker? taker)
    {
        if (taker is { Taken: 0 }) return true;
        if (_taken >= places) return false;
        return taker is null || _taken < places / 2 || taker.Taken < places / (_busy + 1);
    }

    /// <summary>Somebody who shares the places with others: a listener.</summary>
    internal sealed class Taker
    {
        /// <summary>Places it has. Belongs to <see cref="RequestPlaces"/>.</summary>
        public int Taken { get; set; }
    }
}
