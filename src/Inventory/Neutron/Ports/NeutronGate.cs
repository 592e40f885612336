using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace Firstlight.Inventory.Neutron.Ports;

/// <summary>What a request asks for.</summary>
internal enum RequestKind
{
    /// <summary>All ports of a network.</summary>
    Network,

    /// <summary>The networks of a router.</summary>
    Router,

    /// <summary>Single ports of a scope.</summary>
    Ports,
}

/// <summary>A kind of request and the network or router it is about.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RequestKey(RequestKind Kind, Guid Subject);

/// <summary>
/// Lets requests through to Neutron: a bounded number at a time, and hardly any while it fails. A request that fails is not made again for a short pause;
/// when two about different networks or routers fail with no success between them, nothing is asked for such a pause.
/// </summary>
internal sealed class NeutronGate : IDisposable
{
    // One bad row should not stop everybody, so a failure is first of all that of its network; a bound on how many of those are kept.
    private const int MostPaused = 10_000;

    private readonly NeutronDirectoryOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _lifetime = new();
    private readonly SemaphoreSlim _turns;
    private readonly FailurePause _all;
    private readonly ConcurrentDictionary<RequestKey, FailurePause> _each = new();
    private readonly Lock _lock = new();
    private Guid? _lastFailed;
    private int _waiting;

    public NeutronGate(NeutronDirectoryOptions options, TimeProvider time, ILogger logger)
    {
        _options = options;
        _time = time;
        _logger = logger;
        _turns = new SemaphoreSlim(options.MaxRequests, options.MaxRequests);
        _all = new FailurePause(options, time);
    }

    /// <summary>Whether such a request would fail at once.</summary>
    public bool IsPaused(RequestKey key, out string reason)
    {
        reason = "";
        return _all.IsOn(out reason) || (_each.TryGetValue(key, out var one) && one.IsOn(out reason));
    }

    /// <summary>Makes a request in its turn.</summary>
    /// <exception cref="InventoryUnavailableException">It failed, or was not made.</exception>
    public async Task<T> RunAsync<T>(RequestKey key, Func<CancellationToken, Task<T>> request)
    {
        if (IsPaused(key, out var reason)) throw LeftAlone(reason);
        await WaitForTurnAsync();
        try
        {
            // Again: while this one waited, others may have failed.
            if (IsPaused(key, out reason) || !_all.TryEnter(out reason) || (_each.TryGetValue(key, out var one) && !one.TryEnter(out reason)))
                throw LeftAlone(reason);
            var began = _time.GetTimestamp();
            try
            {
                var answer = await BoundedAsync(request);
                DirectoryMetrics.Asked(key.Kind, succeeded: true, _time.GetElapsedTime(began));
                NoteSuccess(key);
                return answer;
            }
            catch (InventoryUnavailableException e)
            {
                DirectoryMetrics.Asked(key.Kind, succeeded: false, _time.GetElapsedTime(began));
                NoteFailure(key, e.Message);
                throw;
            }
        }
        finally
        {
            _turns.Release();
        }
    }

    /// <summary>Ends what runs.</summary>
    public void Dispose() => _lifetime.Cancel();

    public static InventoryUnavailableException LeftAlone(string reason) => new($"Neutron is left alone for a moment after a failure: {reason}");

    private async Task WaitForTurnAsync()
    {
        if (_turns.Wait(TimeSpan.Zero)) return;
        if (Interlocked.Increment(ref _waiting) > _options.MaxWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            throw new InventoryUnavailableException($"{_options.MaxWaiting} requests wait for Neutron already");
        }

        using var deadline = new CancellationTokenSource(_options.RequestTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _lifetime.Token);
        try
        {
            await _turns.WaitAsync(either.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new InventoryUnavailableException($"Neutron was not to be asked within {_options.RequestTimeout.TotalSeconds:0.###} s: too many requests run", e);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private async Task<T> BoundedAsync<T>(Func<CancellationToken, Task<T>> request)
    {
        using var deadline = new CancellationTokenSource(_options.RequestTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _lifetime.Token);
        try
        {
            return await request(either.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new InventoryUnavailableException(
                _lifetime.IsCancellationRequested ? "the port directory is closed" : $"Neutron does not answer within {_options.RequestTimeout.TotalSeconds:0.###} s", e);
        }
    }

    private void NoteSuccess(RequestKey key)
    {
        if (!_each.IsEmpty) _each.TryRemove(key, out _);
        lock (_lock) _lastFailed = null;
        if (_all.Succeeded()) DirectoryLog.AnswersAgain(_logger);
    }

    private void NoteFailure(RequestKey key, string reason)
    {
        if (_lifetime.IsCancellationRequested) return;
        if (_each.TryGetValue(key, out var one) || _each.Count < MostPaused)
        {
            one ??= _each.GetOrAdd(key, static (_, gate) => new FailurePause(gate._options, gate._time), this);
            if (one.Failed(reason) && !_all.IsOn(out _)) DirectoryLog.RequestFailed(_logger, key.Kind, key.Subject, reason);
        }

        lock (_lock)
        {
            var isGeneral = _lastFailed is { } other && other != key.Subject;
            _lastFailed = key.Subject;
            if (!isGeneral) return;
        }

        if (_all.Failed(reason)) DirectoryLog.DoesNotAnswer(_logger, reason);
    }
}
