using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace Firstlight.Inventory.Neutron.Heartbeat;

/// <summary>
/// Reports this host's agent to Neutron over RabbitMQ, so that it stands in <c>GET /v2.0/agents</c> as a living <c>Metadata agent</c>.
/// Whatever happens to the bus, nothing else notices.
/// </summary>
/// <param name="options">Where to report and what.</param>
/// <param name="logger">Told of changes, once each.</param>
/// <param name="time">Clock of the reports; null for the system's.</param>
public sealed class AgentHeartbeat(HeartbeatOptions options, ILogger<AgentHeartbeat> logger, TimeProvider? time = null)
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private volatile HeartbeatState _state = HeartbeatState.Initial;
    private bool _failing;

    /// <summary>What the reporting is doing now. Any thread may ask.</summary>
    public HeartbeatState Describe() => _state;

    /// <summary>Reports until asked to stop, or for as long as it makes sense. Neutron then lets the agent grow stale by itself.</summary>
    /// <param name="cancellation">Asks to stop.</param>
    /// <returns>A task that always ends well. To be run once.</returns>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            if (Prepare() is { } effective) await new Beats(this, effective).RunAsync(cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            _state = _state with { Phase = HeartbeatPhase.Idle, Broker = null };
        }
        catch (Exception e)
        {
            // The outermost loop: a mistake of ours must not end the agent.
            HeartbeatLog.Broken(logger, e);
            _state = _state with { Phase = HeartbeatPhase.Off, Broker = null, Problem = e.Message };
        }
    }

    private HeartbeatOptions? Prepare()
    {
        if (options.ReportInterval <= TimeSpan.Zero)
        {
            HeartbeatLog.NotWanted(logger);
            _state = _state with { Phase = HeartbeatPhase.Off, Problem = "report_interval is 0" };
            return null;
        }

        var url = options.Url ?? TransportUrl.Default;
        if (!url.IsRabbit)
        {
            TurnOff($"transport_url names the driver '{url.Driver}', and only rabbit is spoken");
            return null;
        }

        try
        {
            var effective = options.Effective();
            if (url.CredentialsAreMixed) HeartbeatLog.CredentialsMixed(logger);
            if (effective.Tls is { Enabled: true, AuthorityFile: null }) HeartbeatLog.Unverified(logger);
            return effective;
        }
        catch (FormatException e)
        {
            TurnOff(e.Message);
            return null;
        }
    }

    private void TurnOff(string reason)
    {
        HeartbeatLog.Off(logger, reason);
        _state = _state with { Phase = HeartbeatPhase.Off, Broker = null, Problem = reason };
    }

    private void Fail(string reason)
    {
        HeartbeatMetrics.Count("failed");
        if (_failing) HeartbeatLog.StillFailing(logger, reason);
        else if (options.Url is null && _state.LastReport is null) HeartbeatLog.NoBus(logger, reason);
        else HeartbeatLog.Failing(logger, reason);
        _failing = true;
        // Last: whoever sees the state finds its line in the log.
        _state = _state with { Phase = HeartbeatPhase.Failing, Broker = null, Problem = reason };
    }

    private void Succeed(string broker, string? standing)
    {
        HeartbeatMetrics.Count("reported");
        if (_state.LastReport is null) HeartbeatLog.Reporting(logger, options.Host, broker, standing ?? "no answer");
        else if (_failing) HeartbeatLog.Recovered(logger, broker);
        else HeartbeatLog.Reported(logger, broker);
        _failing = false;
        _state = new HeartbeatState(HeartbeatPhase.Reporting, broker, _time.GetUtcNow(), standing ?? _state.Standing, null);
    }

    /// <summary>The loop: connect, report at every interval, and after each failure pause a little longer than before.</summary>
    private sealed class Beats(AgentHeartbeat owner, HeartbeatOptions options)
    {
        // In a random order, so that a cloud's agents spread over its brokers; the same while we live.
        private readonly TransportHost[] _hosts = Shuffled((options.Url ?? TransportUrl.Default).Hosts);
        private readonly StateReport _report = new(options, owner._time.GetUtcNow());
        private readonly TimeProvider _time = owner._time;
        private TimeSpan _pause = options.RetryInterval;
        private DateTimeOffset _due = owner._time.GetUtcNow();

        // One name for life, as the real agent has it: a call repeated over and over leaves one queue behind, not many.
        private readonly string _replyQueue = "reply_" + Guid.NewGuid().ToString("N");
        private bool _started;
        private int _next;

        public async Task RunAsync(CancellationToken cancellation)
        {
            owner._state = owner._state with { Phase = HeartbeatPhase.Connecting };
            while (true)
            {
                try
                {
                    if (!await ReportAsync(cancellation)) return;
                }
                catch (BrokerException e)
                {
                    owner.Fail(e.Message);
                }

                await PauseAsync(cancellation);
            }
        }

        /// <summary>Reports until something fails; false when reporting makes no sense any more.</summary>
        private async Task<bool> ReportAsync(CancellationToken cancellation)
        {
            var (session, broker) = await ConnectAsync(cancellation);
            await using (session)
            {
                owner._state = owner._state with { Broker = broker };
                try
                {
                    do await WaitUntilDueAsync(session, cancellation);
                    while (await ReportOnceAsync(session, broker, cancellation));
                    return false;
                }
                catch (BrokerException e)
                {
                    throw new BrokerException($"{broker}: {e.Message}", e);
                }
            }
        }

        private async Task<bool> ReportOnceAsync(BrokerSession session, string broker, CancellationToken cancellation)
        {
            var now = _time.GetUtcNow();
            string? standing = null;
            if (_started)
            {
                await session.CastAsync(_report.WriteCast(now), cancellation);
            }
            else
            {
                var id = Guid.NewGuid().ToString("N");
                var answer = await session.CallAsync(_report.WriteCall(now, id, _replyQueue), id, _replyQueue, _time, cancellation);
                if (answer.IsRefusal)
                {
                    HeartbeatMetrics.Count("refused");
                    owner.TurnOff($"Neutron's server takes none ({answer.Failure}: {answer.FailureText})");
                    return false;
                }

                if (answer.Failure is not null) throw new BrokerException($"Neutron's server fails at it ({answer.Failure}: {answer.FailureText})");
                standing = answer.Result;
                _started = true;
            }

            owner.Succeed(broker, standing);
            _due = now + options.ReportInterval;
            _pause = options.RetryInterval;
            return true;
        }

        /// <summary>The first of all brokers that will have us, begun after the one that was last asked.</summary>
        private async Task<(BrokerSession Session, string Broker)> ConnectAsync(CancellationToken cancellation)
        {
            var problems = new List<string>();
            BrokerException? last = null;
            for (var i = 0; i < _hosts.Length; i++)
            {
                var host = _hosts[_next];
                _next = (_next + 1) % _hosts.Length;
                try
                {
                    return (await BrokerSession.ConnectAsync(options, host, cancellation), host.EndPoint);
                }
                catch (BrokerException e)
                {
                    problems.Add(e.Message);
                    last = e;
                }
            }

            throw new BrokerException(string.Join("; ", problems), last);
        }

        private async Task WaitUntilDueAsync(BrokerSession session, CancellationToken cancellation)
        {
            var wait = _due - _time.GetUtcNow();
            if (wait <= TimeSpan.Zero) return;
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, session.Over);
            try
            {
                await Task.Delay(wait, _time, either.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw new BrokerException(session.Loss);
            }
        }

        private async Task PauseAsync(CancellationToken cancellation)
        {
            // A quarter more or less: agents that lost the same broker do not all come back at once.
            var jitter = 0.75 + (RandomNumberGenerator.GetInt32(500) / 1000.0);
            await Task.Delay(_pause * jitter, _time, cancellation);
            var longer = _pause + options.RetryBackoff;
            _pause = longer < options.RetryMaximum ? longer : options.RetryMaximum;
        }

        private static TransportHost[] Shuffled(IReadOnlyList<TransportHost> hosts)
        {
            var shuffled = hosts.ToArray();
            RandomNumberGenerator.Shuffle(shuffled.AsSpan());
            return shuffled;
        }
    }
}
