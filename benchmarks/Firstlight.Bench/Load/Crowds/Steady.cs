using System.Net;

namespace Firstlight.Bench.Load.Crowds;

/// <summary>Where guests of a crowd stand, each asked for in turn.</summary>
/// <param name="places">Namespace and address of each.</param>
internal sealed class Rota(IReadOnlyList<(int Place, IPAddress Address)> places)
{
    private readonly (int Place, SocketAddress Address)[] _places = [.. places.Select(p => (p.Place, new IPEndPoint(p.Address, 0).Serialize()))];
    private int _next;

    public (int Place, SocketAddress Address) Next() => _places[_next++ % _places.Length];
}

/// <summary>One of those that ask the same again and again until told to end; every request comes from the next guest of a rota.</summary>
/// <param name="rota">The guests; one of them for a guest that asks by itself.</param>
/// <param name="path">What is asked for.</param>
/// <param name="isOver">Whether to end.</param>
internal sealed class Steady(Rota rota, string path, Func<bool> isOver) : Member(0, IPAddress.Any, readsToEnd: true)
{
    private readonly byte[] _request = Request(path, "Connection: close\r\n");

    /// <summary>Milliseconds of each request that was answered with 200.</summary>
    public List<double> RequestMs { get; } = new(1 << 14);

    /// <summary>Answers that say: come back soon.</summary>
    public long PutOff { get; private set; }

    /// <summary>Everything else that is no 200.</summary>
    public long Failed { get; private set; }

    public override byte[]? Next()
    {
        if (isOver()) return null;
        (Place, From) = rota.Next();
        return _request;
    }

    public override void Heard(in Answer answer, double milliseconds)
    {
        if (answer.Status == 200) RequestMs.Add(milliseconds);
        else if (answer.Status == 503) PutOff++;
        else Failed++;
    }
}
