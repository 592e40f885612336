using System.Net;
using System.Text;

namespace Firstlight.Bench.Load.Crowds;

/// <summary>One who asks, one request at a time, each on a connection of its own.</summary>
/// <param name="place">Number of the namespace it is in.</param>
/// <param name="from">Its address there.</param>
/// <param name="readsToEnd">It reads until the server closes, and does not close as soon as it has the answer.</param>
internal abstract class Member(int place, IPAddress from, bool readsToEnd)
{
    /// <summary>Number of the namespace it is in.</summary>
    public int Place { get; protected set; } = place;

    /// <summary>What it binds to.</summary>
    public SocketAddress From { get; protected set; } = new IPEndPoint(from, 0).Serialize();

    public bool ReadsToEnd => readsToEnd;

    /// <summary>The request to send now; null when it is done, and then it is not asked again.</summary>
    public abstract byte[]? Next();

    /// <summary>What became of it.</summary>
    /// <param name="answer">The answer, or why there is none; its body is gone when this returns.</param>
    /// <param name="milliseconds">From before the connection until the answer was complete.</param>
    public abstract void Heard(in Answer answer, double milliseconds);

    /// <summary>A request as text.</summary>
    /// <param name="path">What is asked for.</param>
    /// <param name="headers">Lines, each with its end.</param>
    public static byte[] Request(string path, string headers) =>
        Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: 169.254.169.254\r\n{headers}\r\n");
}

/// <summary>What became of a request.</summary>
internal enum Outcome
{
    /// <summary>There is a whole answer.</summary>
    Answered,

    /// <summary>Nobody listened.</summary>
    Refused,

    /// <summary>The connection ended before the answer did.</summary>
    Broken,

    /// <summary>There was no whole answer within the time a guest waits.</summary>
    TimedOut,
}

/// <summary>An answer, or why there is none.</summary>
internal readonly ref struct Answer(Outcome outcome, int status, ReadOnlySpan<byte> body)
{
    public Outcome Outcome => outcome;

    /// <summary>Its status; 0 where there is no answer.</summary>
    public int Status => status;

    public ReadOnlySpan<byte> Body { get; } = body;
}
