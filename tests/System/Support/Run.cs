using System.Diagnostics;

namespace Firstlight.System.Tests.Support;

/// <summary>What a program left behind.</summary>
internal sealed record Ended(int ExitCode, string Output, string Error)
{
    public override string ToString() => $"exit code {ExitCode}{Environment.NewLine}{Output}{Environment.NewLine}{Error}";
}

/// <summary>Runs programs for tests; the program under test is the one built beside them.</summary>
internal static class Run
{
    private static readonly string Dotnet = Environment.ProcessPath!;
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "firstlight.dll");

    public static Task<Ended> FirstlightAsync(params string[] arguments) => ProgramAsync(DotnetPath(), [Program, .. arguments]);

    /// <summary>With environment variables, each <c>NAME=value</c>.</summary>
    public static Task<Ended> FirstlightWithAsync(string[] environment, params string[] arguments) =>
        ProgramAsync("env", [.. environment, DotnetPath(), Program, .. arguments]);

    public static Process StartFirstlight(params string[] arguments)
    {
        var start = StartInfo(DotnetPath(), [Program, .. arguments]);
        return Process.Start(start)!;
    }

    /// <summary>Starts it with all that it says at the end of a file, so that nobody need read while it runs.</summary>
    public static Process StartFirstlightInto(string file, params string[] arguments)
    {
        var start = new ProcessStartInfo("sh") { UseShellExecute = false };
        foreach (var argument in (string[])["-c", """exec "$@" </dev/null >>"$0" 2>&1""", file, DotnetPath(), Program, .. arguments]) start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    public static Task<Ended> InNamespaceAsync(string @namespace, params string[] command) =>
        ProgramAsync("ip", ["netns", "exec", @namespace, .. command]);

    public static Task<Ended> ProgramAsync(string program, params string[] arguments) => ProgramAsync(TimeSpan.FromMinutes(3), program, arguments);

    public static async Task<Ended> ProgramAsync(TimeSpan longest, string program, params string[] arguments)
    {
        using var process = Process.Start(StartInfo(program, arguments)) ?? throw new InvalidOperationException($"{program} is missing: ./setup installs it");
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(longest);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException e)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end", e);
        }
        return new Ended(process.ExitCode, await output, await error);
    }

    private static ProcessStartInfo StartInfo(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        return start;
    }

    private static string DotnetPath() => Path.GetFileName(Dotnet) == "dotnet" ? Dotnet : "dotnet";
}
