using Microsoft.Extensions.Logging;

namespace Firstlight.Logging;

/// <summary>Writes each log entry as one line in one write, so that lines of threads never mix.</summary>
/// <param name="output">Where lines go; not disposed.</param>
/// <param name="format">How they look.</param>
/// <param name="time">Where their time comes from.</param>
internal sealed class LineLoggerProvider(TextWriter output, ILineFormat format, TimeProvider time) : ILoggerProvider
{
    private readonly Lock _gate = new();

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new LineLogger(this, categoryName);

    /// <inheritdoc/>
    public void Dispose() { }

    private void Write(in LogLine line)
    {
        var text = format.Format(line) + "\n";
        lock (_gate)
        {
            try
            {
                output.Write(text);
                output.Flush();
            }
            catch (IOException)
            {
                // Standard error is gone; serving guests matters more than saying so to nobody.
            }
        }
    }

    private sealed class LineLogger(LineLoggerProvider provider, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            provider.Write(new LogLine(
                provider.Now, logLevel, category, eventId, formatter(state, exception), state as IReadOnlyList<KeyValuePair<string, object?>>, exception));
        }
    }

    private DateTimeOffset Now => time.GetUtcNow();
}
