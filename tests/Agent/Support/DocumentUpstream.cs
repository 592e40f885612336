using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;
using Firstlight.Agent.Forward;
using Firstlight.Metadata.Documents;
using Firstlight.Metadata.Documents.OpenStack;
using Firstlight.Metadata.Errors;
using Firstlight.Metadata.Identity;
using Firstlight.Metadata.Instances;

namespace Firstlight.Agent.Tests.Support;

/// <summary>An upstream that has the documents of one instance in memory, as the metadata API in the same process has.</summary>
internal sealed class DocumentUpstream : IUpstream
{
    private static readonly ErrorDocument NotFound = new(404, "Not Found", "The resource could not be found.");

    public static readonly Instance Instance = new()
    {
        Id = new InstanceId("instance"),
        ProjectId = new ProjectId("project"),
        Name = "web",
        Hostname = "web",
        Ec2 = new Ec2Numbers(1, 1),
    };

    private readonly Snapshot _snapshot;

    public DocumentUpstream(Instance? instance = null) =>
        _snapshot = new Snapshot(instance ?? Instance, new SnapshotSettings(), StaticVendorData.None, "127.0.0.1", new DateOnly(2026, 11, 20));

    public bool KeepsAnswers { get; set; } = true;

    /// <summary>How often it was asked the short way, and answered.</summary>
    public int Prompt { get; private set; }

    /// <summary>What the short way fails with; null for not at all.</summary>
    public Exception? Fault { get; set; }

    /// <summary>What the short way waits for, and its loop with it; null for nothing.</summary>
    public Task? Pause { get; set; }

    /// <summary>Somebody is on the short way.</summary>
    public bool IsAsked { get; private set; }

    public ValueTask<UpstreamAnswer> SendAsync(SignedRequest request, CancellationToken cancellationToken)
    {
        var entry = _snapshot.TryGetHot(request.Target, out var hot) ? hot : null;
        if (entry is not { Outcome: SnapshotOutcome.Document })
        {
            var (type, page) = NotFound.For("*/*");
            return new(new UpstreamAnswer(404, type, page, page.Length));
        }

        var body = request.Method == "HEAD" ? default : entry.Content();
        return new(new UpstreamAnswer(200, entry.ContentType, body, entry.Length));
    }

    public bool TryAnswer(in PromptRequest request, [MaybeNullWhen(false)] out SnapshotEntry entry)
    {
        IsAsked = true;
        Pause?.Wait();
        if (Fault is not null) throw Fault;
        var isThere = _snapshot.TryGetHot(request.Target, out entry) && entry.Outcome is SnapshotOutcome.Document or SnapshotOutcome.NotFound;
        if (isThere) Prompt++;
        return isThere;
    }
}
