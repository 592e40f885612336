using System.Net.Http.Headers;
using System.Net.Sockets;
using Firstlight.Inventory;
using Firstlight.Inventory.Neutron;
using Firstlight.Inventory.Neutron.Keystone;
using Firstlight.Metadata.Documents;
using Firstlight.Metadata.Identity;
using Microsoft.Extensions.Logging;

namespace Firstlight.Api.VendorData;

/// <summary>Asks one vendor data service, once. Bodies and tokens are never logged.</summary>
internal sealed class VendorDataClient : IDisposable
{
    private const string Service = "vendordata";
    private const int LongestAnswer = 1 << 20;
    private static readonly byte[] Nothing = "{}"u8.ToArray();
    private readonly DynamicVendorDataOptions _options;
    private readonly TimeProvider _time;
    private readonly ApiMetrics _metrics;
    private readonly ILogger _logger;
    private readonly HttpMessageInvoker _client;
    private readonly KeystoneSession? _session;

    public VendorDataClient(DynamicVendorDataOptions options, TimeProvider time, ApiMetrics metrics, ILogger logger)
    {
        _options = options;
        _time = time;
        _metrics = metrics;
        _logger = logger;
        _client = new HttpMessageInvoker(new ServiceTrust { AuthorityFile = options.AuthorityFile }.CreateHandler(options.ConnectTimeout));
        _session = options.Auth is { } auth ? new KeystoneSession(auth, time) : null;
    }

    /// <summary>Asks.</summary>
    /// <param name="target">The service.</param>
    /// <param name="question">Body to post.</param>
    /// <param name="requestId">Of the guest's request, for logs.</param>
    /// <param name="cancellationToken">Ends the exchange: the guest is gone.</param>
    /// <returns>JSON in Python's spelling; null when the service failed, which is then logged.</returns>
    public async Task<byte[]?> AskAsync(VendorDataTarget target, byte[] question, RequestId requestId, CancellationToken cancellationToken)
    {
        var begun = _time.GetTimestamp();
        string failure;
        try
        {
            var answer = await ExchangeAsync(target, question, cancellationToken);
            _metrics.Asked(Service, _time.GetElapsedTime(begun), "ok");
            return answer;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            failure = "it takes too long";
        }
        catch (Exception e) when (e is HttpRequestException or SocketException or IOException or InvalidDataException or InventoryUnavailableException)
        {
            failure = e.Message;
        }

        _metrics.Asked(Service, _time.GetElapsedTime(begun), "error");
        ApiLog.VendorDataTargetFailed(_logger, target.Name, failure, requestId);
        return null;
    }

    public void Dispose()
    {
        _client.Dispose();
        _session?.Dispose();
    }

    private async Task<byte[]> ExchangeAsync(VendorDataTarget target, byte[] question, CancellationToken cancellationToken)
    {
        if (target.Address is not { } address) throw new InvalidDataException("its address is not an http one");

        // Getting a token has a bound of its own; the service's time begins with the request.
        using var late = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        HttpRequestMessage Compose()
        {
            late.CancelAfter(_options.ConnectTimeout + _options.ReadTimeout);
            var content = new QuestionContent(question, () => late.CancelAfter(_options.ReadTimeout));
            var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            request.Headers.TryAddWithoutValidation("User-Agent", "openstack-nova-vendordata");
            request.Headers.Authorization = target.Authorization;
            return request;
        }

        using var answer = _session is null
            ? await SendAsync(Compose(), either.Token)
            : await _session.SendAsync(_client, _ => Compose(), either.Token);
        if (!answer.IsSuccessStatusCode) throw new InvalidDataException($"it answers {(int)answer.StatusCode}");

        late.CancelAfter(_options.ReadTimeout);
        var body = await ReadAsync(answer, either.Token);
        return body.Length == 0 ? Nothing : Rewritten(body);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using (request) return await _client.SendAsync(request, cancellationToken);
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
        using var body = new MemoryStream();
        var buffer = new byte[16 << 10];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            body.Write(buffer, 0, read);
            if (body.Length > LongestAnswer) throw new InvalidDataException($"its answer is longer than {LongestAnswer} bytes");
        }

        return body.ToArray();
    }

    private static byte[] Rewritten(byte[] body)
    {
        try
        {
            var json = new PythonJson(body.Length);
            json.Value(PythonJsonReader.Read(body));
            return json.ToArray();
        }
        catch (FormatException e)
        {
            // The reader's own message, which may quote what it stumbled over, is not logged.
            throw new InvalidDataException("its answer is not JSON", e);
        }
    }
}
