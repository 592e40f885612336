using System.Text.Json;
using System.Text.RegularExpressions;
using Firstlight.Configuration;
using Firstlight.Logging;
using Microsoft.Extensions.Logging;

namespace Firstlight.Tests.Logging;

public sealed partial class LogLineTests
{
    private static string Line(bool json, Action<ILogger> log, bool journal = false, LogLevel level = LogLevel.Debug)
    {
        var output = new StringWriter();
        using var factory = Logs.Create(new LogSettings(json, level), output, new FixedTime(), journal);
        log(factory.CreateLogger("Listeners"));
        return output.ToString();
    }

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 11, 20, 10, 0, 0, 123, TimeSpan.Zero);
    }

#pragma warning disable SYSLIB1015 // Values beside the message are what this is about.
    [LoggerMessage(6901, LogLevel.Information, "Listening on {EndPoint}", EventName = "Listening")]
    private static partial void Listening(ILogger logger, string endPoint, string hostName, int count);
#pragma warning restore SYSLIB1015

    [LoggerMessage(6902, LogLevel.Error, "Broken")]
    private static partial void Broken(ILogger logger, Exception exception);

    [Fact]
    public void Text_has_time_level_category_id_message_and_what_the_message_does_not_say() =>
        Assert.Equal(
            "2026-11-20T10:00:00.123Z info  Listeners[6901] Listening on [::]:80 hostName=\"a b\" count=3\n",
            Line(json: false, l => Listening(l, "[::]:80", "a b", 3)));

    [Fact]
    public void Under_the_journal_the_level_is_in_front() =>
        Assert.StartsWith("<3>2026-", Line(json: false, l => Broken(l, new InvalidOperationException("x")), journal: true), StringComparison.Ordinal);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_line_end_in_a_value_or_an_exception_never_makes_a_second_line(bool json)
    {
        Assert.Single(Line(json, l => Listening(l, "evil\n2026 info forged\r\u2028\u001b[31m", "", 0)).TrimEnd('\n').Split('\n', '\r'));
        var text = Line(json, l =>
        {
            try
            {
                throw new InvalidOperationException("outer\nline", new IOException("inner"));
            }
            catch (InvalidOperationException e)
            {
                Broken(l, e);
            }
        });

        Assert.Single(text.TrimEnd('\n').Split('\n'));
        Assert.Contains("System.IO.IOException: inner", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_lines_parse_and_have_everything()
    {
        var root = JsonDocument.Parse(Line(json: true, l => Listening(l, "[::]:80", "clé \"x\"", 3))).RootElement;

        Assert.Equal("2026-11-20T10:00:00.123Z", root.GetProperty("time").GetString());
        Assert.Equal("info", root.GetProperty("level").GetString());
        Assert.Equal("Listeners", root.GetProperty("category").GetString());
        Assert.Equal(6901, root.GetProperty("event_id").GetInt32());
        Assert.Equal("Listening", root.GetProperty("event").GetString());
        Assert.Equal("Listening on [::]:80", root.GetProperty("message").GetString());
        Assert.Equal("clé \"x\"", root.GetProperty("fields").GetProperty("hostName").GetString());
        Assert.Equal(3, root.GetProperty("fields").GetProperty("count").GetInt32());
    }

    [Fact]
    public void What_is_below_the_level_is_not_written() => Assert.Equal("", Line(json: false, l => Listening(l, "x", "y", 1), level: LogLevel.Warning));

    [Fact]
    public void Lines_of_many_threads_do_not_mix()
    {
        var text = Line(json: false, l => Parallel.For(0, 200, i => Listening(l, new string('x', 200), "h", i)));

        Assert.All(text.TrimEnd('\n').Split('\n'), line => Assert.Matches(@"\A2026-\S+ info  Listeners\[6901\] Listening on x{200} hostName=h count=\d+\z", line));
    }
}
