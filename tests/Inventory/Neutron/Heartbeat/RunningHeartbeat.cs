using System.Collections.Concurrent;
using Firstlight.Inventory.Neutron.Heartbeat;
using Firstlight.Inventory.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Firstlight.Inventory.Tests.Neutron.Heartbeat;

/// <summary>An agent that reports, with what it logs.</summary>
internal sealed class RunningHeartbeat : ILogger<AgentHeartbeat>, IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly AgentHeartbeat _heartbeat;

    public RunningHeartbeat(HeartbeatOptions options)
    {
        _heartbeat = new AgentHeartbeat(options, this);
        Run = _heartbeat.RunAsync(_stop.Token);
    }

    public ConcurrentQueue<(int Id, LogLevel Level, string Text)> Log { get; } = new();

    public Task Run { get; }

    public HeartbeatState State => _heartbeat.Describe();

    /// <summary>Lines an operator sees.</summary>
    public int[] Lines => [.. Log.Where(l => l.Level >= LogLevel.Information).Select(l => l.Id)];

    public Task UntilAsync(HeartbeatPhase phase) => Wait.UntilAsync(() => Task.FromResult(State.Phase == phase), $"{phase}, but {State}");

    public Task UntilLoggedAsync(int id, int times = 1) =>
        Wait.UntilAsync(() => Task.FromResult(Log.Count(l => l.Id == id) >= times), $"log of {id}, but {State}");

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Run.WaitAsync(TimeSpan.FromSeconds(20));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
        Assert.DoesNotContain(Log, l => l.Text.Contains(Broker.Password, StringComparison.Ordinal) || l.Text.Contains(Uri.EscapeDataString(Broker.Password), StringComparison.Ordinal));
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Log.Enqueue((eventId.Id, logLevel, formatter(state, exception) + exception));
}
