using System.Diagnostics;
using System.Text.Json;
using Firstlight.Cli;
using Firstlight.Tests.Support;

namespace Firstlight.Tests.Roles;

/// <summary>A role that really runs, in a process of its own.</summary>
public sealed class RegistrationTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("-TERM")]
    [InlineData("-KILL")]
    public async Task A_role_is_in_the_list_from_its_start_to_its_end_however_it_ends(string signal)
    {
        // Loopback addresses of the test's own need no free port.
        var address = $"127.{Random.Shared.Next(1, 255)}.{Random.Shared.Next(256)}.{Random.Shared.Next(1, 255)}";
        var config = _directory.Write("f.conf", $"""
            [DEFAULT]
            state_path = {_directory.Path}
            host = compute-1
            metadata_proxy_shared_secret = secret
            metadata_listen = {address}
            [firstlight]
            management_listen = {address}:9775
            run_directory = {_directory.Path}/agents
            """);
        using var role = Start("metadata-api", "--config-file", config);
        try
        {
            var row = await OneAsync(config, role);
            Assert.Equal(("metadata-api", "compute-1", role.Id), (row.GetProperty("role").GetString(), row.GetProperty("host").GetString(), row.GetProperty("pid").GetInt32()));
            Assert.Equal("ready", row.GetProperty("state").GetString());

            using (var kill = Process.Start("kill", [signal, $"{role.Id}"])) kill.WaitForExit();
            await role.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        }
        finally
        {
            if (!role.HasExited) role.Kill();
        }

        Assert.Equal(0, (await ListAsync(config)).GetArrayLength());
        Assert.Empty(Directory.GetFiles(Path.Combine(_directory.Path, "agents")));
    }

    private static Process Start(params string[] arguments)
    {
        var dotnet = Path.GetFileName(Environment.ProcessPath!) == "dotnet" ? Environment.ProcessPath! : "dotnet";
        return Process.Start(dotnet, [Path.Combine(AppContext.BaseDirectory, "firstlight.dll"), .. arguments]);
    }

    private static async Task<JsonElement> OneAsync(string config, Process role)
    {
        var deadline = DateTime.UtcNow + TimeSpan.FromSeconds(60);
        while (DateTime.UtcNow < deadline)
        {
            Assert.False(role.HasExited, "the role ended at once");
            if ((await ListAsync(config)).EnumerateArray().ToList() is [var one]) return one;
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        throw new TimeoutException("no role in the list within 60 s");
    }

    private static async Task<JsonElement> ListAsync(string config)
    {
        var (code, output, error) = await ProgramRun.RunAsync("agent", "list", "-o", "json", "--config-file", config);
        Assert.Equal((ExitCodes.Ok, ""), (code, error));
        return JsonDocument.Parse(output).RootElement;
    }
}
