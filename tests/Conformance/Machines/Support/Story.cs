namespace Firstlight.Conformance.Tests.Machines.Support;

/// <summary>Tells a boot in the output of its test: how long, how many requests, which.</summary>
internal static class Story
{
    private const string KeepIn = "FIRSTLIGHT_KEEP_BOOTS";

    /// <summary>Tells it; with <c>FIRSTLIGHT_KEEP_BOOTS=DIRECTORY</c> in the environment, keeps all of it there for a person to read.</summary>
    /// <param name="output">Output of the test.</param>
    /// <param name="boot">The boot.</param>
    /// <param name="cloudInit">What cloud-init made of it.</param>
    /// <param name="requests">What the guest asked.</param>
    /// <param name="log">Log of the standalone.</param>
    public static void Tell(ITestOutputHelper output, Boot boot, CloudInit cloudInit, IReadOnlyList<GuestRequest> requests, string log)
    {
        if (Environment.GetEnvironmentVariable(KeepIn) is { Length: > 0 } directory) Keep(boot, directory, log);
        Tell(boot, requests);
        output.WriteLine($"{boot.Accelerator}, {boot.Took.TotalSeconds:0.0} s from power-on to power-off");
        output.WriteLine(cloudInit.Status.Trim());
        foreach (var complaint in cloudInit.Complaints) output.WriteLine(complaint);
        foreach (var request in requests) output.WriteLine($"  {request.Status} {request.Method} {request.Target}");
    }

    /// <summary>Tells in one line of the run's own output, which is shown of tests that pass, too.</summary>
    public static void Tell(Boot boot, IReadOnlyList<GuestRequest> requests)
    {
        var answers = requests.CountBy(request => request.Status).OrderBy(pair => pair.Key).Select(pair => $"{pair.Value} × {pair.Key}");
        Console.WriteLine(
            $"machine: {TestContext.Current.TestMethod!.MethodName.Replace('_', ' ')}: {boot.Accelerator}, {boot.Took.TotalSeconds:0.0} s from power-on to power-off, "
            + $"{requests.Count} requests{(requests.Count == 0 ? "" : $" ({string.Join(", ", answers)})")}");
    }

    private static void Keep(Boot boot, string directory, string log)
    {
        var folder = Directory.CreateDirectory(Path.Combine(directory, $"{TestContext.Current.TestMethod!.MethodName}")).FullName;
        File.WriteAllText(Path.Combine(folder, "console"), boot.Console);
        File.WriteAllText(Path.Combine(folder, "standalone.log"), log);
        foreach (var (path, text) in boot.Report)
        {
            var file = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text);
        }
    }
}
