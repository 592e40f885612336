using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;

namespace Firstlight.Inventory.Neutron.Keystone;

/// <summary>A token kept until shortly before it expires. One authentication at a time; thread-safe.</summary>
public sealed class KeystoneSession : IDisposable
{
    /// <summary>The header a token travels in.</summary>
    public const string TokenHeader = "X-Auth-Token";

    private const string SubjectTokenHeader = "X-Subject-Token";
    private const int LongestAnswer = 4 << 20;

    // A request that begins now must still be running on a good token when the service checks it.
    private static readonly TimeSpan RenewBefore = TimeSpan.FromMinutes(2);

    // While Keystone is away a token is used to its end, and Keystone is asked for another only so often.
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(10);

    private readonly KeystoneOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient _client;
    private readonly SemaphoreSlim _authenticating = new(1, 1);
    private volatile KeystoneToken? _token;
    private DateTimeOffset _renewAgainAt;

    /// <summary>Prepares a session; asks Keystone when a token is first needed.</summary>
    /// <param name="options">Credentials.</param>
    /// <param name="time">Clock that expiry is judged by.</param>
    /// <exception cref="ArgumentException">The options lack what the method needs; the message names the option.</exception>
    public KeystoneSession(KeystoneOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        _ = TokenRequests.From(options);
        _options = options;
        _time = time;
        _client = new HttpClient(options.Trust.CreateHandler(options.Timeout))
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = LongestAnswer,
        };
    }

    /// <summary>Whether there is anybody to authenticate to.</summary>
    internal bool UsesTokens => _options.Method != KeystoneMethod.None;

    /// <summary>Gives a token that is good for a while.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InventoryUnavailableException">Keystone cannot be reached or refuses the credentials.</exception>
    public async ValueTask<KeystoneToken> TokenAsync(CancellationToken cancellationToken)
    {
        if (_options.Method == KeystoneMethod.None) return KeystoneToken.NotUsed;
        if (_token is { } token && IsGood(token)) return token;

        await _authenticating.WaitAsync(cancellationToken);
        try
        {
            if (_token is { } renewed && (IsGood(renewed) || (IsValid(renewed) && _time.GetUtcNow() < _renewAgainAt))) return renewed;
            return _token = await AuthenticateAsync(cancellationToken);
        }
        catch (InventoryUnavailableException) when (_token is { } old && IsValid(old))
        {
            _renewAgainAt = _time.GetUtcNow() + PauseAfterFailure;
            return old;
        }
        finally
        {
            _authenticating.Release();
        }
    }

    /// <summary>Sends a request with a token; on 401 the token is given up and the request sent once more with a new one.</summary>
    /// <param name="client">Sends to the service.</param>
    /// <param name="compose">Makes the request; called again for a repetition, since a message can be sent once.</param>
    /// <param name="cancellationToken">Ends the exchange.</param>
    /// <returns>The answer, headers read; the caller disposes it.</returns>
    /// <exception cref="InventoryUnavailableException">No token can be had.</exception>
    /// <exception cref="HttpRequestException">The service cannot be reached.</exception>
    public async ValueTask<HttpResponseMessage> SendAsync(
        HttpMessageInvoker client, Func<KeystoneToken, HttpRequestMessage> compose, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(compose);
        var token = await TokenAsync(cancellationToken);
        var answer = await SendOnceAsync(client, compose, token, cancellationToken);
        if (answer.StatusCode != HttpStatusCode.Unauthorized || _options.Method == KeystoneMethod.None) return answer;

        answer.Dispose();
        GiveUp(token);
        return await SendOnceAsync(client, compose, await TokenAsync(cancellationToken), cancellationToken);
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose()
    {
        _client.Dispose();
        _authenticating.Dispose();
    }

    private static async ValueTask<HttpResponseMessage> SendOnceAsync(
        HttpMessageInvoker client, Func<KeystoneToken, HttpRequestMessage> compose, KeystoneToken token, CancellationToken cancellationToken)
    {
        using var request = compose(token);
        request.Headers.TryAddWithoutValidation(TokenHeader, token.Value);
        return await client.SendAsync(request, cancellationToken);
    }

    private bool IsGood(KeystoneToken token) => _time.GetUtcNow() < token.ExpiresAt - RenewBefore;

    private bool IsValid(KeystoneToken token) => _time.GetUtcNow() < token.ExpiresAt;

    // Another request may have renewed it meanwhile: only the refused one goes.
    private void GiveUp(KeystoneToken token) => Interlocked.CompareExchange(ref _token, null, token);

    private async Task<KeystoneToken> AuthenticateAsync(CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var body = JsonSerializer.SerializeToUtf8Bytes(TokenRequests.From(_options), KeystoneJson.Default.TokenRequest);
            using var content = new ByteArrayContent(body);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var answer = await _client.PostAsync(TokenRequests.Address(_options), content, either.Token);
            if (answer.StatusCode != HttpStatusCode.Created)
            {
                throw Failure(
                    $"answers {(int)answer.StatusCode} to {_options.Method} of {Account()}",
                    new HttpRequestException(message: null, inner: null, answer.StatusCode));
            }

            var given = await answer.Content.ReadAsByteArrayAsync(either.Token);
            return TokenRequests.Read(answer.Headers.TryGetValues(SubjectTokenHeader, out var values) ? values.FirstOrDefault() : null, given)
                ?? throw Failure("answers without a token");
        }
        catch (Exception e) when (e is HttpRequestException or SocketException or JsonException)
        {
            throw Failure($"fails: {e.Message}", e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failure($"does not answer within {_options.Timeout.TotalSeconds:0.###} s", e);
        }
    }

    private InventoryUnavailableException Failure(string what, Exception? inner = null) => new($"Keystone at {_options.AuthUrl!.Authority} {what}", inner);

    private KeystoneName Account() => _options.Method == KeystoneMethod.Password ? _options.User : _options.ApplicationCredential;
}
