using Firstlight.Inventory.MariaDb.Native;

namespace Firstlight.Inventory.MariaDb.Statements;

/// <summary>Between the framework's times and the library's. The server keeps microseconds; what is finer is cut off.</summary>
internal static class Times
{
    /// <summary>Ticks of a date that is none, such as <c>0000-00-00</c>, which the server's lax modes allow.</summary>
    public const long NoDate = long.MinValue;

    private const int DateKind = 0;
    private const int DateTimeKind = 1;
    private const int TimeKind = 2;

    public static MysqlTime ToServer(DateTime time) => new()
    {
        Year = (uint)time.Year,
        Month = (uint)time.Month,
        Day = (uint)time.Day,
        Hour = (uint)time.Hour,
        Minute = (uint)time.Minute,
        Second = (uint)time.Second,
        Microsecond = (nuint)(time.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond),
        Kind = DateTimeKind,
    };

    public static MysqlTime ToServer(DateOnly date) => new() { Year = (uint)date.Year, Month = (uint)date.Month, Day = (uint)date.Day, Kind = DateKind };

    public static MysqlTime ToServer(TimeSpan time)
    {
        var length = time.Duration();
        return new MysqlTime
        {
            Hour = (uint)(length.Ticks / TimeSpan.TicksPerHour),
            Minute = (uint)length.Minutes,
            Second = (uint)length.Seconds,
            Microsecond = (nuint)(length.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond),
            Negative = time < TimeSpan.Zero ? (byte)1 : (byte)0,
            Kind = TimeKind,
        };
    }

    /// <summary>Ticks of a <see cref="DateTime"/>, or <see cref="NoDate"/>.</summary>
    public static long DateTicks(in MysqlTime time)
    {
        if (time.Year is < 1 or > 9999 || time.Month is < 1 or > 12 || time.Day < 1) return NoDate;
        if (time.Day > DateTime.DaysInMonth((int)time.Year, (int)time.Month)) return NoDate;
        return new DateTime((int)time.Year, (int)time.Month, (int)time.Day).Ticks + ClockTicks(time);
    }

    /// <summary>Ticks of a <see cref="TimeSpan"/>.</summary>
    public static long SpanTicks(in MysqlTime time) => time.Negative == 0 ? ClockTicks(time) : -ClockTicks(time);

    private static long ClockTicks(in MysqlTime time) =>
        (time.Hour * TimeSpan.TicksPerHour) + (time.Minute * TimeSpan.TicksPerMinute) + (time.Second * TimeSpan.TicksPerSecond)
        + ((long)time.Microsecond * TimeSpan.TicksPerMicrosecond);
}
