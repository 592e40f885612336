using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Firstlight.Management;

/// <summary>Answers the four paths; everything else is 404.</summary>
internal sealed class ManagementApplication(IReadOnlyList<IReadinessCheck> checks, Action<Utf8JsonWriter>? status, MeterCollector metrics, ILogger logger)
    : IHttpApplication<HttpContext>
{
    private const string Plain = "text/plain; charset=utf-8";

    /// <inheritdoc/>
    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    /// <inheritdoc/>
    public void DisposeContext(HttpContext context, Exception? exception) { }

    /// <inheritdoc/>
    public async Task ProcessRequestAsync(HttpContext context)
    {
        try
        {
            var (code, type, body) = await AnswerAsync(context.Request, context.RequestAborted);
            context.Response.StatusCode = code;
            context.Response.ContentType = type;
            context.Response.ContentLength = body.Length;
            context.Response.Headers.CacheControl = "no-store";
            if (!HttpMethods.IsHead(context.Request.Method)) await context.Response.Body.WriteAsync(body, context.RequestAborted);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The asker left.
        }
        catch (Exception e)
        {
            ManagementLog.Failed(logger, context.Request.Path, e);
            if (!context.Response.HasStarted) context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }

    private async ValueTask<(int Code, string Type, ReadOnlyMemory<byte> Body)> AnswerAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
            return (StatusCodes.Status405MethodNotAllowed, Plain, "GET or HEAD only\n"u8.ToArray());

        switch (request.Path.Value)
        {
            case "/healthz":
                return (StatusCodes.Status200OK, Plain, "ok\n"u8.ToArray());
            case "/readyz":
                var failures = await Readiness.FailuresAsync(checks, cancellationToken);
                return failures.Count == 0
                    ? (StatusCodes.Status200OK, Plain, "ready\n"u8.ToArray())
                    : (StatusCodes.Status503ServiceUnavailable, Plain, Encoding.UTF8.GetBytes(string.Join('\n', failures) + "\n"));
            case "/metrics":
                return (StatusCodes.Status200OK, PrometheusText.ContentType, Encoding.UTF8.GetBytes(PrometheusText.Render(metrics.Collect())));
            case "/status" when status is not null:
                return (StatusCodes.Status200OK, "application/json", Json(status));
            default:
                return (StatusCodes.Status404NotFound, Plain, "here are /healthz, /readyz, /metrics and /status\n"u8.ToArray());
        }
    }

    private static ReadOnlyMemory<byte> Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true })) write(json);
        return buffer.WrittenMemory;
    }
}
