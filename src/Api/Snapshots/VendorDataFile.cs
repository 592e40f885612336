using Firstlight.Metadata.Documents.OpenStack;
using Microsoft.Extensions.Logging;

namespace Firstlight.Api.Snapshots;

/// <summary>The operator's vendor data file: looked at for builds, at most once a second, and parsed again only when its bytes changed. Thread-safe.</summary>
/// <param name="options">Where it is, and how long it is believed to be as it was while nothing is built.</param>
/// <param name="time">Clock.</param>
/// <param name="logger">For a file that is no use.</param>
internal sealed class VendorDataFile(ApiOptions options, TimeProvider time, ILogger logger)
{
    // A storm of builds need not read the same bytes thousands of times.
    private static readonly TimeSpan Believed = TimeSpan.FromSeconds(1);

    private readonly string? _path = options.VendorDataProviders.Contains(VendorDataProvider.Static, StringComparer.Ordinal) ? options.VendorDataFile : null;
    private readonly Lock _looking = new();
    private Look? _last;
    private int _isLookedAfter;

    /// <summary>What is in it, as of a second ago.</summary>
    public StaticVendorData Read()
    {
        if (_path is null) return StaticVendorData.None;
        if (Volatile.Read(ref _last) is { } known && time.GetElapsedTime(known.At) < Believed) return known.Data;
        lock (_looking)
        {
            var last = _last;
            if (last is not null && time.GetElapsedTime(last.At) < Believed) return last.Data;
            var next = LookAt(_path, last);
            Volatile.Write(ref _last, next);
            return next.Data;
        }
    }

    /// <summary>Whether it still says what it said, as far as is known: asks nobody and never waits, but has it looked at now and then.</summary>
    public bool StillSays(StaticVendorData data)
    {
        if (_path is null || Volatile.Read(ref _last) is not { } last) return true;
        if (time.GetElapsedTime(last.At) >= options.CacheExpiration && Interlocked.Exchange(ref _isLookedAfter, 1) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(static file => file.LookAfter(), this, preferLocal: false);
        return ReferenceEquals(last.Data, data);
    }

    private void LookAfter()
    {
        Read();
        Volatile.Write(ref _isLookedAfter, 0);
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
            return last is { Bytes: null } && last.Data.Failure == e.Message ? last with { At = at } : new Look(null, StaticVendorData.Failed(e.Message), at);
        }

        if (last?.Bytes is { } same && same.AsSpan().SequenceEqual(bytes)) return last with { At = at };

        var data = StaticVendorData.Parse(bytes);
        if (data.Failure is { } failure) ApiLog.VendorDataUnusable(logger, file, failure);
        return new Look(bytes, data, at);
    }

    private sealed record Look(byte[]? Bytes, StaticVendorData Data, long At);
}
