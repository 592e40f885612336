using Firstlight.Metadata.Documents.OpenStack;
using Microsoft.Extensions.Logging;

namespace Firstlight.Api.Snapshots;

/// <summary>The operator's vendor data file: looked at for builds, at most once a second, and parsed again only when its bytes changed. Thread-safe.</summary>
internal sealed class VendorDataFile(string? path, TimeProvider time, ILogger logger)
{
    // A storm of builds need not read the same bytes thousands of times.
    private static readonly TimeSpan Believed = TimeSpan.FromSeconds(1);

    private readonly Lock _looking = new();
    private Look? _last;

    /// <summary>What is in it, as of a second ago.</summary>
    public StaticVendorData Read()
    {
        if (path is null) return StaticVendorData.None;
        if (Volatile.Read(ref _last) is { } known && time.GetElapsedTime(known.At) < Believed) return known.Data;
        lock (_looking)
        {
            var last = _last;
            if (last is not null && time.GetElapsedTime(last.At) < Believed) return last.Data;
            var next = LookAt(path, last);
            Volatile.Write(ref _last, next);
            return next.Data;
        }
    }

    private Look LookAt(string file, Look? last)
    {
        var at = time.GetTimestamp();
        byte[] bytes;
        try
        {
            // Waits for the disk, which costs less than waking another thread when it is over.
            bytes = File.ReadAllBytes(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            ApiLog.VendorDataUnusable(logger, file, e.Message);
            return new Look(null, StaticVendorData.Failed(e.Message), at);
        }

        if (last?.Bytes is { } same && same.AsSpan().SequenceEqual(bytes)) return last with { At = at };

        var data = StaticVendorData.Parse(bytes);
        if (data.Failure is { } failure) ApiLog.VendorDataUnusable(logger, file, failure);
        return new Look(bytes, data, at);
    }

    private sealed record Look(byte[]? Bytes, StaticVendorData Data, long At);
}
