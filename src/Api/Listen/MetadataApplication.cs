using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Firstlight.Api.Listen;

/// <summary>What Kestrel calls for each request: no hosting, no routing, no HttpContext.</summary>
internal sealed class MetadataApplication(MetadataApi api, MetadataApiLimits limits, ILogger logger) : IHttpApplication<IFeatureCollection>
{
    public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    public void DisposeContext(IFeatureCollection context, Exception? exception)
    {
        if (exception is not null and not OperationCanceledException) ApiLog.ConnectionFailed(logger, exception);
    }

    public async Task ProcessRequestAsync(IFeatureCollection context)
    {
        var request = context.GetRequiredFeature<IHttpRequestFeature>();
        var aborted = context.GetRequiredFeature<IHttpRequestLifetimeFeature>().RequestAborted;
        var answer = HasLongHeaderLine(request.Headers)
            ? new MetadataAnswer(StatusCodes.Status431RequestHeaderFieldsTooLarge, null, default) { Close = true }
            : await api.AnswerAsync(RequestReader.Read(context, api.IsStrict), aborted);
        await WriteAsync(context, request.Method, limits.KeepAlive ? answer : answer with { Close = true }, aborted);
    }

    private bool HasLongHeaderLine(IHeaderDictionary headers)
    {
        const int separator = 2;
        foreach (var (name, values) in headers)
        {
            foreach (var value in values)
            {
                if (name.Length + separator + (value?.Length ?? 0) > limits.HeaderLineBytes) return true;
            }
        }

        return false;
    }

    private static async ValueTask WriteAsync(IFeatureCollection context, string method, MetadataAnswer answer, CancellationToken aborted)
    {
        var response = context.GetRequiredFeature<IHttpResponseFeature>();
        response.StatusCode = answer.Status;
        if (answer.ContentType is { } type) response.Headers.ContentType = type;
        if (answer.Status != StatusCodes.Status204NoContent) response.Headers.ContentLength = answer.Body.Length;
        if (answer.RetryAfterSeconds is { } seconds) response.Headers.RetryAfter = seconds.ToString();
        if (answer.Close) response.Headers.Connection = "close";

        if (answer.Body.IsEmpty || method == "HEAD") return;
        await context.GetRequiredFeature<IHttpResponseBodyFeature>().Writer.WriteAsync(answer.Body, aborted);
    }
}
