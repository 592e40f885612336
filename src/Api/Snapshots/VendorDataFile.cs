using Firstlight.Metadata.Documents.OpenStack;
using Microsoft.Extensions.Logging;

namespace Firstlight.Api.Snapshots;

/// <summary>The operator's vendor data file: looked at for every build, parsed again only when its bytes changed.</summary>
internal sealed class VendorDataFile(string? path, ILogger logger)
{
    private Parsed? _last;

    public async ValueTask<StaticVendorData> ReadAsync(CancellationToken cancellationToken)
    {
        if (path is null) return StaticVendorData.None;

        byte[] bytes;
        try
        {
            bytes = await File.ReadAllBytesAsync(path, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            ApiLog.VendorDataUnusable(logger, path, e.Message);
            return StaticVendorData.Failed(e.Message);
        }

        if (_last is { } last && last.Bytes.AsSpan().SequenceEqual(bytes)) return last.Data;

        var data = StaticVendorData.Parse(bytes);
        if (data.Failure is { } failure) ApiLog.VendorDataUnusable(logger, path, failure);
        _last = new Parsed(bytes, data);
        return data;
    }

    private sealed record Parsed(byte[] Bytes, StaticVendorData Data);
}
