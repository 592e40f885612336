namespace Firstlight.Api.Tests.Support;

/// <summary>A clock that stands still until told.</summary>
internal sealed class ManualTime(DateTimeOffset now) : TimeProvider
{
    private long _ticks = now.UtcTicks;

    public ManualTime()
        : this(new DateTimeOffset(2026, 11, 20, 22, 0, 0, TimeSpan.Zero))
    {
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);
}
