using System.Net;
using System.Net.Http.Headers;

namespace Firstlight.Api.VendorData;

/// <summary>A JSON body that tells when it is on its way: from then on the other side's time runs.</summary>
internal sealed class QuestionContent : HttpContent
{
    private readonly ReadOnlyMemory<byte> _json;
    private readonly Action _sent;

    public QuestionContent(ReadOnlyMemory<byte> json, Action sent)
    {
        _json = json;
        _sent = sent;
        Headers.ContentType = new MediaTypeHeaderValue("application/json");
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(_json, cancellationToken);
        _sent();
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _json.Length;
        return true;
    }
}
