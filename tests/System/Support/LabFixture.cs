namespace Firstlight.System.Tests.Support;

/// <summary>A lab of its own for the tests of one class: own state, names and ports, gone afterwards whatever happened.</summary>
public class LabFixture : IAsyncLifetime
{
    private readonly string _id = Guid.NewGuid().ToString("N")[..6];

    /// <summary>Options of the standalone as environment variables, such as <c>OS_FIRSTLIGHT__METADATA_PROXY=haproxy</c>.</summary>
    internal string[] Options { get; init; } = [];

    /// <summary>Text of its cloud file; null for the lab's own.</summary>
    internal string? Cloud { get; init; }

    public string StatePath => $"/run/firstlight-test-{_id}";

    public string Management { get; } = $"127.0.0.1:{FreePort.Take()}";

    public int ApiPort { get; } = FreePort.Take();

    public string Guest(string name) => $"t{_id}-{name}";

    public async ValueTask InitializeAsync()
    {
        if (!Environment.IsPrivilegedProcess) throw new InvalidOperationException("system tests make network namespaces: run them as root");
        try
        {
            await UpAsync();
        }
        catch
        {
            await DownAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await DownAsync();
        GC.SuppressFinalize(this);
    }

    internal async Task<Ended> UpAsync()
    {
        var file = Cloud is null ? null : Path.Combine(Path.GetTempPath(), $"firstlight-test-{_id}.yaml");
        if (file is not null) await File.WriteAllTextAsync(file, Cloud);
        try
        {
            var up = await Run.FirstlightWithAsync(
                Options,
                ["lab", "up", "--state-path", StatePath, "--guest-prefix", $"t{_id}-", "--management", Management, "--api-port", $"{ApiPort}", .. file is null ? Array.Empty<string>() : ["--cloud", file]]);
            return up.ExitCode == 0 ? up : throw new InvalidOperationException($"lab up: {up}");
        }
        finally
        {
            if (file is not null) File.Delete(file);
        }
    }

    internal Task<Ended> DownAsync() => LabAsync("down");

    internal Task<Ended> LabAsync(params string[] arguments) => Run.FirstlightAsync(["lab", .. arguments, "--state-path", StatePath]);

    /// <summary>curl inside a guest; the body and the exit code.</summary>
    internal Task<Ended> CurlAsync(string guest, string path, params string[] options) =>
        Run.InNamespaceAsync(Guest(guest), ["curl", "-gsS", "--max-time", "15", .. options, "http://169.254.169.254" + path]);

    internal async Task<string> GetAsync(string guest, string path)
    {
        var ended = await CurlAsync(guest, path, "-f");
        return ended.ExitCode == 0 ? ended.Output : throw new InvalidOperationException($"{guest} {path}: {ended}");
    }

    internal int StandalonePid() => int.Parse(File.ReadAllText(Path.Combine(StatePath, "standalone.pid")).Split(' ')[0]);
}
