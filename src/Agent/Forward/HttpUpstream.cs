using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Firstlight.Metadata.Identity;
using Microsoft.Extensions.Logging;

namespace Firstlight.Agent.Forward;

/// <summary>The metadata API over HTTP: ours, or a real Nova.</summary>
/// <remarks>
/// Sends the protocol's headers and <c>Accept: */*</c>, nothing of the guest's. The target goes out as it came in, byte for byte. No redirects, proxies,
/// cookies or compression. Connections are pooled.
/// </remarks>
public sealed class HttpUpstream : IUpstream, IDisposable
{
    // User data is at most 64 KiB and no document comes near this; a peer that sends more is not a metadata API.
    private const int MaxAnswer = 16 * 1024 * 1024;
    private const int MaxHeaderKilobytes = 64;
    private static readonly UriCreationOptions AsIs = new() { DangerousDisablePathAndQueryCanonicalization = true };
    private readonly HttpMessageInvoker _client;
    private readonly HttpUpstreamOptions _options;
    private readonly string _origin;
    private readonly TimeProvider _time;
    private readonly ILogger<HttpUpstream> _logger;

    /// <summary>Makes the client; connects at the first request.</summary>
    /// <param name="options">Where and how.</param>
    /// <param name="time">Clock of the timeouts.</param>
    /// <param name="logger">For answers that cannot be used.</param>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A certificate or key file cannot be read.</exception>
    public HttpUpstream(HttpUpstreamOptions options, TimeProvider time, ILogger<HttpUpstream> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _time = time;
        _logger = logger;
        var host = IPAddress.TryParse(options.Host, out var address) && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6
            ? $"[{options.Host}]"
            : options.Host;
        _origin = $"{options.Protocol}://{host}:{options.Port}";
        _client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            ConnectTimeout = options.ConnectTimeout,
            MaxResponseHeadersLength = MaxHeaderKilobytes,
            // So that a changed address record or a newly added backend is noticed.
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            SslOptions = HttpUpstreamTrust.From(options),
        });
    }

    /// <inheritdoc/>
    public async ValueTask<UpstreamAnswer> SendAsync(SignedRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var message = Compose(request);
        using var deadline = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var response = await _client.SendAsync(message, either.Token);
            return await ReadAsync(request, response, either.Token);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException e) when (!deadline.IsCancellationRequested)
        {
            // Neither of ours: the connect timeout of the handler.
            throw new UpstreamUnavailableException($"{_origin} did not take a connection within {_options.ConnectTimeout.TotalSeconds} s", e);
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"{_origin} gave no answer within {_options.Timeout.TotalSeconds} s", e);
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded)
        {
            return Unusable(request, e.Message);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new UpstreamUnavailableException($"{_origin}: {e.Message}", e);
        }
    }

    /// <summary>Closes the pooled connections.</summary>
    public void Dispose() => _client.Dispose();

    private HttpRequestMessage Compose(SignedRequest request)
    {
        var message = new HttpRequestMessage(Method(request.Method), new Uri(_origin + request.Target, AsIs));
        message.Headers.TryAddWithoutValidation("Accept", "*/*");
        message.Headers.TryAddWithoutValidation(HeaderNames.ForwardedFor, request.ForwardedFor);
        message.Headers.TryAddWithoutValidation(HeaderNames.InstanceId, request.InstanceId.Value);
        if (request.ProjectId.Value.Length > 0) message.Headers.TryAddWithoutValidation(HeaderNames.TenantId, request.ProjectId.Value);
        message.Headers.TryAddWithoutValidation(HeaderNames.InstanceIdSignature, request.Signature);
        if (!request.HasContentLength)
        {
            message.Content = new ReadOnlyMemoryContent(request.Body);
            message.Headers.TransferEncodingChunked = true;
        }
        else if (request.Body.Length > 0)
        {
            message.Content = new ReadOnlyMemoryContent(request.Body);
        }

        return message;
    }

    private static HttpMethod Method(string method) => method switch
    {
        "GET" => HttpMethod.Get,
        "HEAD" => HttpMethod.Head,
        "POST" => HttpMethod.Post,
        _ => new HttpMethod(method),
    };

    private async ValueTask<UpstreamAnswer> ReadAsync(SignedRequest request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var declared = response.Content.Headers.ContentLength;
        if (declared > MaxAnswer) return Unusable(request, $"{declared} bytes are more than any document has");
        var status = (int)response.StatusCode;
        var contentType = ContentType(response.Content.Headers);
        if (request.Method == "HEAD") return new(status, contentType, default, declared ?? 0);

        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        if (declared is { } length)
        {
            var exact = new byte[length];
            await stream.ReadExactlyAsync(exact, cancellationToken);
            return new(status, contentType, exact, length);
        }

        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (body.Length + read > MaxAnswer) return Unusable(request, "it does not end");
            body.Write(buffer, 0, read);
        }

        return new(status, contentType, body.ToArray(), body.Length);
    }

    // As sent, unless it could not be sent on.
    private static string? ContentType(HttpContentHeaders headers)
    {
        if (!headers.NonValidated.TryGetValues("Content-Type", out var values)) return null;
        var text = values.ToString();
        return Ascii.IsValid(text) && !text.AsSpan().ContainsAnyInRange('\0', '\x1f') ? text : null;
    }

    private UpstreamAnswer Unusable(SignedRequest request, string reason)
    {
        ForwardLog.UnusableAnswer(_logger, request.Target, reason);
        var page = ErrorPages.BadGateway(request.Method);
        return new(page.Status, page.ContentType, page.Body, page.ContentLength);
    }
}
