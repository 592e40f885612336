using System.Buffers;
using Firstlight.Agent.Forward;
using Firstlight.Agent.Identify;
using Firstlight.Agent.Limit;
using Firstlight.Agent.Listeners;
using Firstlight.Agent.Proxies;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Firstlight.Agent.Guests;

/// <summary>The HTTP face of the guest path: reads features, writes one answer. No routing, no context object, no scope.</summary>
/// <remarks>
/// Of what a guest sends only method, target and body are read, and <c>Accept</c> for an error; its headers never leave this class. On the proxies' socket the
/// headers that say who asks are read besides.
/// </remarks>
internal sealed class GuestApplication(
    GuestPath path, ProxyFace? proxies, AgentOptions options, AgentMetrics metrics, TimeProvider time, ILogger<GuestApplication> logger)
    : IHttpApplication<IFeatureCollection>
{
    private readonly RequestPlaces _places = new(options.MaxRequestsInFlight);

    /// <summary>How many requests a guest may make; null for any number.</summary>
    public RateLimiter? Limiter { get; init; }

    public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    public void DisposeContext(IFeatureCollection context, Exception? exception)
    {
    }

    public Task ProcessRequestAsync(IFeatureCollection context)
    {
        var began = time.GetTimestamp();
        var http = context.Get<IHttpRequestFeature>()!;
        var refusal = Meet(context, http, out var caller, out var isCounted);
        if (!_places.TryTake(TakerOf(context)))
        {
            GuestsLog.Overloaded(logger, caller.Scope, _places.Count);
            return Write(context, http, caller, began, ErrorPages.Unavailable(http.Method));
        }

        if (Limiter is { } limiter && !isCounted && !limiter.Admits(caller.Scope, caller.Query, caller.ForwardedFor))
            return Finish(context, http, caller, began, TooManyRequests.Answer(http.Method));
        if (HasLongLine(http.Headers)) return Finish(context, http, caller, began, ErrorPages.HeaderTooLarge(http.Method));
        if (refusal is { } answer) return Finish(context, http, caller, began, answer);
        if (context.Get<IHttpRequestBodyDetectionFeature>()!.CanHaveBody) return ReadThenAnswerAsync(context, http, caller, began);
        var answering = AskAsync(caller, new GuestRequest(http.Method, http.RawTarget, default, HasContentLength: true), Aborted(context));
        return answering.IsCompletedSuccessfully
            ? Finish(context, http, caller, began, answering.Result)
            : AnswerLaterAsync(context, http, caller, began, answering);
    }

    private GuestAnswer? Meet(IFeatureCollection context, IHttpRequestFeature http, out Caller caller, out bool isCounted)
    {
        isCounted = false;
        if (context.Get<GuestOrigin>() is not { } guest) return proxies!.Read(http, out caller);
        guest.Listener.CountRequest();
        isCounted = guest.TakeCount();
        caller = new Caller(guest.Peer.Query, guest.Peer.ForwardedFor, guest.Listener.Scope);
        return null;
    }

    private static RequestPlaces.Taker? TakerOf(IFeatureCollection context) => context.Get<GuestOrigin>()?.Listener.Places;

    // A directory or upstream that fails at once is caught at the same place as one that fails later.
    private ValueTask<GuestAnswer> AskAsync(in Caller caller, in GuestRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return path.AnswerAsync(caller, request, cancellationToken);
        }
        catch (Exception e)
        {
            return ValueTask.FromException<GuestAnswer>(e);
        }
    }

    // Kestrel bounds the header block as a whole; one line of it is bounded here.
    private static bool HasLongLine(IHeaderDictionary headers)
    {
        foreach (var (name, values) in headers)
        {
            for (var i = 0; i < values.Count; i++)
            {
                if (name.Length + (values[i]?.Length ?? 0) > GuestServer.MaxLine) return true;
            }
        }

        return false;
    }

    private static CancellationToken Aborted(IFeatureCollection context) => context.Get<IHttpRequestLifetimeFeature>()!.RequestAborted;

    private async Task ReadThenAnswerAsync(IFeatureCollection context, IHttpRequestFeature http, Caller caller, long began)
    {
        ReadOnlyMemory<byte> body;
        try
        {
            body = await ReadAsync(context, http);
        }
        catch (BadHttpRequestException e)
        {
            var refusal = e.StatusCode == StatusCodes.Status413PayloadTooLarge ? ErrorPages.TooLarge(http.Method) : ErrorPages.BadRequest(http.Method);
            await Finish(context, http, caller, began, refusal);
            return;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The guest went while sending: nobody is there to answer.
            Leave(context, caller, http, began, GuestOutcome.Refused);
            return;
        }

        var hasContentLength = http.Headers.TransferEncoding.Count == 0;
        var answering = AskAsync(caller, new GuestRequest(http.Method, http.RawTarget, body, hasContentLength), Aborted(context));
        await AnswerLaterAsync(context, http, caller, began, answering);
    }

    // Bounded by Kestrel's MaxRequestBodySize, also where no length was declared.
    private static async Task<byte[]> ReadAsync(IFeatureCollection context, IHttpRequestFeature http)
    {
        var reader = context.Get<IRequestBodyPipeFeature>()?.Reader;
        if (reader is null)
        {
            using var copy = new MemoryStream();
            await http.Body.CopyToAsync(copy, Aborted(context));
            return copy.ToArray();
        }

        while (true)
        {
            var read = await reader.ReadAsync(Aborted(context));
            if (read.IsCompleted)
            {
                var body = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return body;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private async Task AnswerLaterAsync(
        IFeatureCollection context, IHttpRequestFeature http, Caller caller, long began, ValueTask<GuestAnswer> answering)
    {
        GuestAnswer answer;
        try
        {
            answer = await answering;
        }
        catch (OperationCanceledException) when (Aborted(context).IsCancellationRequested)
        {
            Leave(context, caller, http, began, GuestOutcome.Unavailable);
            return;
        }
        catch (Exception e)
        {
            GuestsLog.Failed(logger, e, http.RawTarget, caller.Scope, caller.RequestId);
            answer = ErrorPages.Error(http.Method);
        }

        await Finish(context, http, caller, began, answer);
    }

    private Task Finish(IFeatureCollection context, IHttpRequestFeature http, in Caller caller, long began, in GuestAnswer answer)
    {
        // First, so that a guest that cannot be written to never keeps its place.
        _places.GiveBack(TakerOf(context));
        return Write(context, http, caller, began, answer);
    }

    private Task Write(IFeatureCollection context, IHttpRequestFeature http, in Caller caller, long began, in GuestAnswer answer)
    {
        Note(caller, http, began, answer.Status, answer.Outcome);
        var response = context.Get<IHttpResponseFeature>()!;
        response.StatusCode = answer.Status;
        var headers = response.Headers;
        var (contentType, body, length) = (answer.ContentType, answer.Body, answer.ContentLength);
        if (answer.Page is { } page)
        {
            (contentType, body) = page.For(http.Headers.Accept);
            length = body.Length;
        }

        if (!answer.Headers.IsDefaultOrEmpty) PassedHeaders.CopyTo(headers, answer.Headers);
        if (contentType is not null) headers.ContentType = contentType;
        if (answer.RetrySoon && headers.RetryAfter.Count == 0) headers.RetryAfter = "1";
        headers.ContentLength = length;
        if (body.IsEmpty) return Task.CompletedTask;
        var writing = context.Get<IHttpResponseBodyFeature>()!.Writer.WriteAsync(body);
        return writing.IsCompletedSuccessfully ? Task.CompletedTask : writing.AsTask();
    }

    private void Leave(IFeatureCollection context, in Caller caller, IHttpRequestFeature http, long began, GuestOutcome outcome)
    {
        _places.GiveBack(TakerOf(context));
        Note(caller, http, began, status: 0, outcome);
    }

    private void Note(in Caller caller, IHttpRequestFeature http, long began, int status, GuestOutcome outcome)
    {
        metrics.Answered(outcome, time.GetElapsedTime(began));
        if (logger.IsEnabled(LogLevel.Debug))
            GuestsLog.Answered(logger, caller.ForwardedFor, caller.Scope, http.Method, http.RawTarget, status, outcome, caller.RequestId);
    }
}
