using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.NetworkInformation;
using System.Text;
using Firstlight.Agent.Forward;
using Firstlight.Inventory;
using Firstlight.Metadata.Identity;

namespace Firstlight.Agent.Tests.Support;

/// <summary>A port directory in memory that can be taken away.</summary>
internal sealed class TestDirectory : IPortDirectory
{
    private readonly ConcurrentDictionary<(Scope Scope, string Peer), PortLookup> _ports = new();

    public ConcurrentQueue<PortQuery> Asked { get; } = new();

    public bool IsAway { get; set; }

    public bool Hangs { get; set; }

    public FoundPort Add(Scope scope, string address, string instance, string project = "project")
    {
        var port = new FoundPort($"port-of-{instance}", new InstanceId(instance), new ProjectId(project), scope.Id);
        _ports[(scope, IPAddress.Parse(address).ToString())] = new PortLookup(PortOutcome.Found, port);
        return port;
    }

    public void AddMac(Scope scope, string mac, string instance) => _ports[(scope, PhysicalAddress.Parse(mac).ToString())] =
        new PortLookup(PortOutcome.Found, new FoundPort($"port-of-{instance}", new InstanceId(instance), new ProjectId("project"), scope.Id));

    public void AddTwice(Scope scope, string address) => _ports[(scope, address)] = new PortLookup(PortOutcome.Ambiguous, null);

    public void Remove(Scope scope, string address) => _ports.TryRemove((scope, address), out _);

    public async ValueTask<PortLookup> HangAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        return default;
    }

    public bool TryFind(in PortQuery query, [MaybeNullWhen(false)] out FoundPort port)
    {
        port = IsAway || Hangs ? null : _ports.GetValueOrDefault((query.Scope, query.Mac?.ToString() ?? query.Address.ToString())).Port;
        if (port is not null) Asked.Enqueue(query);
        return port is not null;
    }

    public ValueTask<PortLookup> FindAsync(PortQuery query, CancellationToken cancellationToken)
    {
        Asked.Enqueue(query);
        if (Hangs) return HangAsync(cancellationToken);
        if (IsAway) throw new InventoryUnavailableException("the directory was taken away by the test");
        return new(_ports.GetValueOrDefault((query.Scope, query.Mac?.ToString() ?? query.Address.ToString())));
    }
}

/// <summary>An upstream in memory: says which instance it was asked for, unless told otherwise.</summary>
internal sealed class TestUpstream : IUpstream
{
    public ConcurrentQueue<SignedRequest> Asked { get; } = new();

    public Func<SignedRequest, CancellationToken, ValueTask<UpstreamAnswer>> Answer { get; set; } = (request, _) => new(Text(200, Describe(request)));

    /// <summary>Whether it says that it has answers in memory, which the lean engine asks for; it has none.</summary>
    public bool KeepsAnswers { get; set; }

    public static UpstreamAnswer Text(int status, string text)
    {
        var body = Encoding.UTF8.GetBytes(text);
        return new(status, "text/plain; charset=UTF-8", body, body.Length);
    }

    public static string Describe(SignedRequest request) => $"{request.InstanceId} {request.Target}";

    public ValueTask<UpstreamAnswer> SendAsync(SignedRequest request, CancellationToken cancellationToken)
    {
        Asked.Enqueue(request);
        return Answer(request, cancellationToken);
    }
}

/// <summary>Real time that can be set forward: what is aged grows old at once, what waits waits as ever.</summary>
internal sealed class SteppedTime : TimeProvider
{
    private long _ahead;

    public void Step(TimeSpan by) => Interlocked.Add(ref _ahead, by.Ticks);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => System.GetElapsedTime(0, System.GetTimestamp()).Ticks + Interlocked.Read(ref _ahead);

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddTicks(Interlocked.Read(ref _ahead));
}
