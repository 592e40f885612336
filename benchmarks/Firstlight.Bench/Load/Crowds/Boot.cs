using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Firstlight.Bench.Load.Crowds;

/// <summary>A guest that boots as cloud-init does: one question after the other, each on a new connection that says keep-alive and is closed once the answer is there.</summary>
/// <param name="place">Number of its namespace.</param>
/// <param name="guest">Who it is.</param>
internal sealed class Boot(int place, BootingGuest guest) : Member(place, guest.Address, readsToEnd: false)
{
    // The headers of the HTTP client cloud-init uses.
    private const string Headers = "User-Agent: Cloud-Init/22.4.2\r\nAccept-Encoding: gzip, deflate\r\nAccept: */*\r\nConnection: keep-alive\r\n";
    private static readonly (byte[] Request, bool NamesInstance)[] Questions =
        [.. NewConnections.Boot.Select(p => (Request(p, Headers), p.EndsWith("/meta_data.json", StringComparison.Ordinal)))];

    private readonly byte[] _instance = Encoding.ASCII.GetBytes(guest.Instance);
    private int _next;

    /// <summary>Milliseconds of each request that was answered as it should be.</summary>
    public List<double> RequestMs { get; } = new(Questions.Length);

    /// <summary>Why others were not: a status, <c>foreign</c> for a document of somebody else, or what became of the connection.</summary>
    public List<string> Failures { get; } = [];

    /// <summary>When it asked first, since the machine started.</summary>
    public TimeSpan Began { get; private set; }

    /// <summary>When it had its last answer.</summary>
    public TimeSpan Ended { get; private set; }

    /// <summary>It has had its last answer. Told on the crowd's thread.</summary>
    public event Action? Booted;

    public override byte[]? Next()
    {
        if (_next == 0) Began = Now();
        if (_next < Questions.Length) return Questions[_next].Request;
        Ended = Now();
        Booted?.Invoke();
        return null;
    }

    public override void Heard(in Answer answer, double milliseconds)
    {
        var question = Questions[_next++];
        if (Failure(answer, question.NamesInstance) is { } failure) Failures.Add(failure);
        else RequestMs.Add(milliseconds);
    }

    private static TimeSpan Now() => Stopwatch.GetElapsedTime(0);

    private string? Failure(in Answer answer, bool namesInstance) => answer switch
    {
        { Outcome: not Outcome.Answered } => answer.Outcome.ToString(),
        { Status: not 200 } => answer.Status.ToString(CultureInfo.InvariantCulture),
        _ when namesInstance && answer.Body.IndexOf(_instance) < 0 => "foreign",
        _ => null,
    };
}
