namespace Firstlight.Inventory.Neutron.Ports;

/// <summary>
/// Asks for the ports of one scope, one request at a time: questions that come meanwhile go together into the next one. So a thousand new guests of a
/// network cost some tens of requests, and a guest that asks from a thousand made-up addresses never more than one at a time.
/// </summary>
internal sealed class QuestionQueue(Func<IReadOnlyCollection<PeerKey>, bool, Task<IReadOnlyDictionary<PeerKey, PortLookup>>> ask)
{
    // 32 IPv6 addresses are 2.5 KB of a request line; the rest of it is for networks.
    private const int MostTogether = 32;
    private const int MostWaiting = 64;

    private readonly Lock _lock = new();
    private readonly LinkedList<Batch> _waiting = new();
    private Batch? _asked;
    private bool _isRunning;

    public bool IsRunning => Volatile.Read(ref _isRunning);

    /// <exception cref="InventoryUnavailableException">Neutron cannot be asked, or far too many wait.</exception>
    public Task<PortLookup> AskAsync(PeerKey peer, bool afresh)
    {
        lock (_lock)
        {
            if (!afresh && _asked?.Find(peer) is { } asked) return asked;
            var waiting = Join(peer, afresh);
            if (!_isRunning)
            {
                _isRunning = true;
                _ = Task.Run(RunAsync);
            }

            return waiting;
        }
    }

    private Task<PortLookup> Join(PeerKey peer, bool afresh)
    {
        foreach (var batch in _waiting)
        {
            if (batch.Find(peer) is not { } same) continue;
            batch.Afresh |= afresh;
            return same;
        }

        if (_waiting.Last?.Value is not { Count: < MostTogether } last)
        {
            if (_waiting.Count == MostWaiting) throw new InventoryUnavailableException("too many addresses of one network or router are being asked for");
            last = _waiting.AddLast(new Batch()).Value;
        }

        last.Afresh |= afresh;
        return last.Add(peer);
    }

    private async Task RunAsync()
    {
        while (true)
        {
            Batch batch;
            lock (_lock)
            {
                _asked = null;
                if (_waiting.First is not { } first)
                {
                    _isRunning = false;
                    return;
                }

                _waiting.RemoveFirst();
                _asked = batch = first.Value;
            }

            try
            {
                batch.Answer(await ask(batch.Peers, batch.Afresh));
            }
#pragma warning disable CA1031 // Whatever it is belongs to those who asked.
            catch (Exception e)
#pragma warning restore CA1031
            {
                batch.Fail(e);
            }
        }
    }

    private sealed class Batch
    {
        private readonly Dictionary<PeerKey, TaskCompletionSource<PortLookup>> _questions = [];

        public int Count => _questions.Count;

        public bool Afresh { get; set; }

        public IReadOnlyCollection<PeerKey> Peers => _questions.Keys;

        public Task<PortLookup>? Find(in PeerKey peer) => _questions.GetValueOrDefault(peer)?.Task;

        public Task<PortLookup> Add(in PeerKey peer) =>
            (_questions[peer] = new TaskCompletionSource<PortLookup>(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

        public void Answer(IReadOnlyDictionary<PeerKey, PortLookup> answers)
        {
            foreach (var (peer, question) in _questions) question.SetResult(answers.GetValueOrDefault(peer));
        }

        public void Fail(Exception failure)
        {
            foreach (var (_, question) in _questions)
            {
                question.SetException(failure);

                // Those who asked may have gone.
                _ = question.Task.Exception;
            }
        }
    }
}
