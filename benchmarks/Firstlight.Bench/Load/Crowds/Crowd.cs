using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;

namespace Firstlight.Bench.Load.Crowds;

/// <summary>
/// Many who ask at once, from their own addresses in their own namespaces: one thread on processor 1 that makes bare system calls, so that thousands of
/// guests cost less than the server they ask. The thread goes from namespace to namespace and ends with the crowd.
/// </summary>
/// <param name="namespaces">Files of the namespaces, by the numbers that members know them by.</param>
/// <param name="service">What is asked.</param>
/// <param name="patience">How long a member waits for an answer.</param>
internal sealed class Crowd(IReadOnlyList<string> namespaces, IPEndPoint service, TimeSpan patience)
{
    private const int Processor = 1;
    private const int EventsAtOnce = 512;
    private const int LookEveryMilliseconds = 100;
    private readonly byte[] _service = Bytes(service.Serialize());
    private readonly List<Asker> _askers = [];
    private readonly long _patience = (long)(patience.TotalSeconds * Stopwatch.Frequency);
    private int[] _places = [];
    private int _home = -1;
    private int _here = -1;
    private int _epoll = -1;
    private int _active;

    /// <summary>Lets all members ask until each is done. Returns the seconds it took.</summary>
    public async Task<double> RunAsync(IReadOnlyList<Member> members, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource<double>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                done.SetResult(Run(members, cancellationToken));
            }
            catch (Exception e)
            {
                // The border of a thread: whoever waits for the crowd hears of it.
                done.SetException(e);
            }
        }) { Name = "crowd", IsBackground = true };
        thread.Start();
        var seconds = await done.Task;
        thread.Join();
        return seconds;
    }

    private double Run(IReadOnlyList<Member> members, CancellationToken cancellationToken)
    {
        Must(Calls.SetAffinity(0, sizeof(ulong), 1ul << Processor), "sched_setaffinity");
        try
        {
            _home = Must(Calls.Open("/proc/thread-self/ns/net", Calls.O_CLOEXEC), "open of this thread's namespace");
            _places = [.. namespaces.Select(n => Must(Calls.Open(n, Calls.O_CLOEXEC), $"open {n}"))];
            _epoll = Must(Calls.EpollCreate(Calls.O_CLOEXEC), "epoll_create1");
            var begun = Stopwatch.GetTimestamp();
            for (var i = 0; i < members.Count; i++)
            {
                _askers.Add(new Asker(members[i], i));
                Begin(_askers[i]);
            }

            Loop(cancellationToken);
            return Stopwatch.GetElapsedTime(begun).TotalSeconds;
        }
        finally
        {
            foreach (var asker in _askers.Where(a => a.Socket >= 0)) _ = Calls.Close(asker.Socket);
            if (_here >= 0) Must(Calls.SetNs(_home, Calls.CLONE_NEWNET), "setns home");
            foreach (var descriptor in (int[])[.. _places, _epoll, _home]) _ = Calls.Close(descriptor);
        }
    }

    private void Loop(CancellationToken cancellationToken)
    {
        var events = new Calls.EpollEvent[EventsAtOnce];
        var look = Stopwatch.GetTimestamp();
        while (_active > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = Calls.EpollWait(_epoll, events, events.Length, LookEveryMilliseconds);
            if (count < 0 && Marshal.GetLastPInvokeError() != Calls.EINTR) Must(count, "epoll_wait");
            for (var i = 0; i < count; i++) Go(_askers[(int)events[i].Member]);
            if (Stopwatch.GetElapsedTime(look).TotalMilliseconds < LookEveryMilliseconds) continue;
            look = Stopwatch.GetTimestamp();
            foreach (var asker in _askers.Where(a => a.Socket >= 0 && look - a.Began > _patience).ToArray()) End(asker, Outcome.TimedOut);
        }
    }

    // A member that cannot even connect hears of it and may go on to its next request; that must not become a recursion.
    private void Begin(Asker asker)
    {
        while (asker.Member.Next() is { } request)
        {
            if (TryBegin(asker, request)) return;
            Tell(asker, Outcome.Refused);
        }
    }

    private bool TryBegin(Asker asker, byte[] request)
    {
        asker.Begin(request);
        if (asker.Member.Place != _here)
        {
            Must(Calls.SetNs(_places[asker.Member.Place], Calls.CLONE_NEWNET), "setns");
            _here = asker.Member.Place;
        }

        asker.Socket = Must(Calls.Socket(Calls.AF_INET, Calls.SOCK_STREAM | Calls.SOCK_NONBLOCK | Calls.SOCK_CLOEXEC, 0), "socket");
        // The port is chosen when the other end is known, or an address would soon have none left.
        Must(Calls.SetOption(asker.Socket, Calls.SOL_IP, Calls.IP_BIND_ADDRESS_NO_PORT, 1, sizeof(int)), "setsockopt");
        Must(Calls.Bind(asker.Socket, asker.Member.From.Buffer.Span, asker.Member.From.Size), "bind to a guest's address");
        if (Calls.Connect(asker.Socket, _service, _service.Length) < 0 && Marshal.GetLastPInvokeError() != Calls.EINPROGRESS)
        {
            _ = Calls.Close(asker.Socket);
            asker.Socket = -1;
            return false;
        }

        var interest = new Calls.EpollEvent { Events = Calls.EPOLLIN | Calls.EPOLLOUT | Calls.EPOLLRDHUP | Calls.EPOLLET, Member = asker.Number };
        Must(Calls.EpollControl(_epoll, Calls.EPOLL_CTL_ADD, asker.Socket, interest), "epoll_ctl");
        _active++;
        return true;
    }

    private void Go(Asker asker)
    {
        // An event of a socket that was closed since.
        if (asker.Socket < 0) return;
        if (!asker.IsSent)
        {
            var sent = Calls.Send(asker.Socket, asker.Request, (nuint)asker.Request.Length, Calls.MSG_NOSIGNAL);
            if (sent < 0 && Marshal.GetLastPInvokeError() == Calls.EAGAIN) return;
            // So few bytes fit into the buffer of a new socket, or the connection failed.
            if (sent != asker.Request.Length)
            {
                End(asker, Marshal.GetLastPInvokeError() == Calls.ECONNREFUSED ? Outcome.Refused : Outcome.Broken);
                return;
            }

            asker.IsSent = true;
        }

        while (true)
        {
            var room = asker.Answer.Room;
            var received = Calls.Receive(asker.Socket, room, (nuint)room.Length, 0);
            if (received > 0)
            {
                asker.Answer.Add((int)received);
                if (asker.Member.ReadsToEnd || !asker.Answer.IsComplete) continue;
                End(asker, Outcome.Answered);
                return;
            }

            if (received < 0 && Marshal.GetLastPInvokeError() == Calls.EAGAIN) return;
            End(asker, received == 0 && asker.Answer.IsCompleteAtEnd ? Outcome.Answered : Outcome.Broken);
            return;
        }
    }

    private void End(Asker asker, Outcome outcome)
    {
        _ = Calls.Close(asker.Socket);
        asker.Socket = -1;
        _active--;
        Tell(asker, outcome);
        Begin(asker);
    }

    private static void Tell(Asker asker, Outcome outcome) => asker.Member.Heard(
        outcome == Outcome.Answered ? new Answer(outcome, asker.Answer.Status, asker.Answer.Body) : new Answer(outcome, 0, []),
        Stopwatch.GetElapsedTime(asker.Began).TotalMilliseconds);

    private static int Must(int result, string call) => result >= 0 ? result : throw new BenchException($"{call}: {Marshal.GetLastPInvokeErrorMessage()}");

    private static byte[] Bytes(SocketAddress address) => address.Buffer.Span[..address.Size].ToArray();

    private sealed class Asker(Member member, int number)
    {
        public Member Member => member;

        public int Number => number;

        public int Socket { get; set; } = -1;

        public long Began { get; private set; }

        public byte[] Request { get; private set; } = [];

        public bool IsSent { get; set; }

        public AnswerBytes Answer { get; } = new();

        public void Begin(byte[] request)
        {
            Request = request;
            IsSent = false;
            Answer.Clear();
            Began = Stopwatch.GetTimestamp();
        }
    }
}
