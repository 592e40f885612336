namespace Firstlight.Lifetime;

/// <summary>When a process started: with its pid it names one process, even after the pid was used again.</summary>
internal static class ProcessStart
{
    /// <summary>Clock ticks between boot and start, as text; null when there is no such process, or it has ended and only waits to be collected.</summary>
    public static string? Of(int pid)
    {
        try
        {
            // Fields 3 and 22 of proc_pid_stat(5), counted after the command name, which may hold blanks and parentheses.
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : fields[19];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
