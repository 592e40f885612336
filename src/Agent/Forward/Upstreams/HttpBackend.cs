using System.Net;
using System.Net.Sockets;
using Firstlight.Metadata.Identity;

namespace Firstlight.Agent.Forward.Upstreams;

/// <summary>One server of the metadata API: sends one request once and says how that ended.</summary>
internal sealed class HttpBackend : IDisposable
{
    // User data is at most 64 KiB and no document comes near this; a peer that sends more is not a metadata API.
    private const int MaxAnswer = 16 * 1024 * 1024;
    private const int MaxHeaderKilobytes = 64;
    private static readonly UriCreationOptions AsIs = new() { DangerousDisablePathAndQueryCanonicalization = true };
    private readonly HttpMessageInvoker _pooled;
    private readonly HttpMessageInvoker _single;
    private readonly HttpUpstreamOptions _options;
    private readonly string _origin;

    /// <summary>Makes the client; connects at the first request.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A certificate or key file cannot be used.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public HttpBackend(UpstreamAddress address, HttpUpstreamOptions options, BackendHealth health)
    {
        _options = options;
        Address = address;
        Health = health;
        Name = address.ToString();
        _origin = $"{options.Protocol}://{Name}";
        _pooled = new HttpMessageInvoker(Handler(options, health));

        // What must not be sent twice never rides on a kept connection, which its server may be closing just now.
        var single = Handler(options, health);
        single.PooledConnectionLifetime = TimeSpan.Zero;
        _single = new HttpMessageInvoker(single);
    }

    public UpstreamAddress Address { get; }

    public BackendHealth Health { get; }

    /// <summary>Host and port, for logs and metrics.</summary>
    public string Name { get; }

    /// <summary>Sends one request.</summary>
    /// <exception cref="OperationCanceledException">By <paramref name="cancellationToken"/>, and by nothing else.</exception>
    public async ValueTask<Attempt> SendAsync(SignedRequest request, CancellationToken cancellationToken)
    {
        try
        {
            using var message = Compose(request);
            var client = request.Method is "GET" or "HEAD" ? _pooled : _single;
            using var response = await client.SendAsync(message, cancellationToken);
            return await ReadAsync(request, response, cancellationToken);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            return Problem(AttemptOutcome.NotSent, $"it took no connection within {_options.ConnectTimeout.TotalSeconds} s", e);
        }
        catch (HttpRequestException e)
        {
            return Problem(OutcomeOf(e.HttpRequestError), e.Message, e);
        }
        catch (SocketException e)
        {
            // Taken and given up in one breath: the handler asks the socket whom it is connected to, and it is no longer.
            return Problem(AttemptOutcome.NotSent, e.Message, e);
        }
        catch (HttpIOException e)
        {
            return Problem(OutcomeOf(e.HttpRequestError), e.Message, e);
        }
        catch (IOException e)
        {
            return Problem(AttemptOutcome.Broken, e.Message, e);
        }
    }

    public void Dispose()
    {
        _pooled.Dispose();
        _single.Dispose();
    }

    private static SocketsHttpHandler Handler(HttpUpstreamOptions options, BackendHealth health)
    {
        var handler = options.Trust.CreateHandler(options.ConnectTimeout);
        handler.MaxResponseHeadersLength = MaxHeaderKilobytes;
        handler.PlaintextStreamFilter = (context, _) =>
        {
            health.Connected();
            return new ValueTask<Stream>(context.PlaintextStream);
        };
        return handler;
    }

    private static AttemptOutcome OutcomeOf(HttpRequestError error) => error switch
    {
        HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError => AttemptOutcome.NotSent,
        HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded => AttemptOutcome.Unusable,
        _ => AttemptOutcome.Broken,
    };

    // No User-Agent and no Accept-Encoding, which Neutron's HTTP library adds: the first tells nothing, the second would change the body.
    private HttpRequestMessage Compose(SignedRequest request)
    {
        var message = new HttpRequestMessage(Method(request.Method), new Uri(_origin + request.Target, AsIs));
        message.Headers.TryAddWithoutValidation("Accept", "*/*");
        message.Headers.TryAddWithoutValidation(HeaderNames.ForwardedFor, request.ForwardedFor);
        message.Headers.TryAddWithoutValidation(HeaderNames.InstanceId, request.InstanceId.Value);
        if (request.ProjectId.Value.Length > 0) message.Headers.TryAddWithoutValidation(HeaderNames.TenantId, request.ProjectId.Value);
        message.Headers.TryAddWithoutValidation(HeaderNames.InstanceIdSignature, request.Signature);
        if (_options.SendRequestId && !request.RequestId.IsNone)
            message.Headers.TryAddWithoutValidation(HeaderNames.RequestId, request.RequestId.ToString());
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

    private async ValueTask<Attempt> ReadAsync(SignedRequest request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var declared = response.Content.Headers.ContentLength;
        if (declared > MaxAnswer) return Problem(AttemptOutcome.Unusable, $"{declared} bytes are more than any document has", null);
        var answer = new UpstreamAnswer((int)response.StatusCode, AnswerHeaders.ContentType(response), default, declared ?? 0)
        {
            Headers = AnswerHeaders.Of(response),
        };
        if (request.Method == "HEAD") return answer;

        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        if (declared is { } length)
        {
            var exact = new byte[length];
            await stream.ReadExactlyAsync(exact, cancellationToken);
            return answer with { Body = exact };
        }

        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (body.Length + read > MaxAnswer) return Problem(AttemptOutcome.Unusable, "it does not end", null);
            body.Write(buffer, 0, read);
        }

        return answer with { Body = body.ToArray(), ContentLength = body.Length };
    }

    private Attempt Problem(AttemptOutcome outcome, string reason, Exception? cause) => new(outcome, default, $"{_origin}: {reason}", cause);
}
