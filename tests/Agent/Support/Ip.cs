using System.ComponentModel;
using System.Diagnostics;

namespace Firstlight.Agent.Tests.Support;

/// <summary>Runs the real tools; a missing one fails with the line that says what to do.</summary>
internal static class Ip
{
    public static string Run(params string[] arguments) => Tool("ip", arguments);

    public static string Tool(string program, params string[] arguments) =>
        TryTool(program, out var output, arguments) ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {output}");

    public static bool TryTool(string program, out string output, params string[] arguments)
    {
        if (!Environment.IsPrivilegedProcess) throw new InvalidOperationException("these tests make network namespaces: run them as root");
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException($"{program} is missing: ./setup installs it", e);
        }

        using (process)
        {
            var errors = process.StandardError.ReadToEndAsync();
            output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode == 0) return true;
            output += errors.GetAwaiter().GetResult();
            return false;
        }
    }
}
