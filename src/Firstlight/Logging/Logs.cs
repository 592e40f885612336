using Firstlight.Configuration;
using Microsoft.Extensions.Logging;

namespace Firstlight.Logging;

/// <summary>Logging as the settings have it.</summary>
internal static class Logs
{
    /// <summary>A factory whose lines go to standard error.</summary>
    /// <param name="settings">Form and least level.</param>
    public static ILoggerFactory Create(LogSettings settings) => Create(settings, Console.Error, TimeProvider.System, StderrIsJournal());

    /// <summary>A factory with everything chosen.</summary>
    public static ILoggerFactory Create(LogSettings settings, TextWriter output, TimeProvider time, bool journal)
    {
        ILineFormat format = settings.Json ? new JsonFormat() : new TextFormat(levelPrefix: journal);
        return LoggerFactory.Create(builder =>
        {
            builder.SetMinimumLevel(settings.Level);
            // Kestrel tells each connection's life below warning; that is the debug level's business.
            if (settings.Level > LogLevel.Debug) builder.AddFilter("Microsoft", LogLevel.Warning);
            builder.AddProvider(new LineLoggerProvider(output, format, time));
        });
    }

    // The variable is inherited by everything a service starts, so it counts only when it names the very socket that standard error is.
    private static bool StderrIsJournal()
    {
        if (Environment.GetEnvironmentVariable("JOURNAL_STREAM") is not { } stream || stream.Split(':') is not [_, var inode]) return false;
        try
        {
            return new FileInfo("/proc/self/fd/2").LinkTarget == $"socket:[{inode}]";
        }
        catch (IOException)
        {
            return false;
        }
    }
}
