using System.Net;
using System.Net.Sockets;
using Firstlight.Api.Tests.Support;
using Firstlight.System.Tests.Support;
using Firstlight.Tests.Support;

namespace Firstlight.Conformance.Tests;

/// <summary>A <c>metadata-api</c> process on our own inventory against what Nova answered for the same servers, byte for byte.</summary>
public sealed class OwnInventoryReplayTests(OwnInventoryReplayTests.ApiProcess api, ITestOutputHelper output) : IClassFixture<OwnInventoryReplayTests.ApiProcess>
{
    // Groups of servers that our inventory can express, and those that need none.
    public static TheoryData<string> Groups => ["plain", "nodata", "routed", "unicode", "x509-multi", "pwtarget", "errors", "methods", "no-headers", "paths-plain"];

    [Theory]
    [MemberData(nameof(Groups))]
    public async Task Answers_as_Nova_did(string group)
    {
        var failures = new List<string>();
        var passed = 0;
        foreach (var recorded in GoldenCase.ReadFile(Path.Combine(AppContext.BaseDirectory, "Golden", "default", group + ".json")))
        {
            var differences = string.Join("; ", recorded.Differences(await recorded.SendAsync(api.EndPoint), underUwsgi: false));
            if (differences.Length == 0) passed++;
            else failures.Add($"{recorded.Id}: {differences}");
        }

        output.WriteLine($"{group}: {passed} of {passed + failures.Count} equal");
        Assert.True(failures.Count == 0, $"{failures.Count} of {passed + failures.Count} cases differ:\n{string.Join('\n', failures.Take(5))}");
        Assert.True(passed > 0, "no cases");
    }

    /// <summary>The process under test, with the recorded cloud in its store.</summary>
    public sealed class ApiProcess : IAsyncLifetime
    {
        private readonly string _state = Directory.CreateTempSubdirectory("firstlight-conformance-").FullName;
        private global::System.Diagnostics.Process? _process;

        public IPEndPoint EndPoint { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            var golden = Path.Combine(AppContext.BaseDirectory, "Golden");
            EndPoint = new IPEndPoint(IPAddress.Loopback, FreePort.Take());
            var config = Path.Combine(_state, "firstlight.conf");
            await File.WriteAllTextAsync(config, $"""
                [DEFAULT]
                state_path = {_state}
                metadata_listen = 127.0.0.1
                metadata_listen_port = {EndPoint.Port}
                [api]
                vendordata_jsonfile_path = {golden}/vendor_data.static.json
                [neutron]
                service_metadata_proxy = true
                metadata_proxy_shared_secret = lab-shared-secret
                [firstlight]
                strict_nova = true
                newest_version = 2020-10-14
                management_listen =
                """);
            var apply = await Run.FirstlightAsync("apply", Path.Combine(golden, "cloud.yaml"), "--config-file", config);
            if (apply.ExitCode != 0) throw new InvalidOperationException($"apply: {apply}");
            _process = Run.StartFirstlight("metadata-api", "--config-file", config);
            await Eventually.TrueAsync(async () =>
            {
                using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                try
                {
                    await socket.ConnectAsync(EndPoint);
                    return true;
                }
                catch (SocketException) when (!_process.HasExited)
                {
                    return false;
                }
            }, "metadata-api listens");
        }

        public async ValueTask DisposeAsync()
        {
            if (_process is { HasExited: false })
            {
                _process.Kill();
                await _process.WaitForExitAsync();
            }
            _process?.Dispose();
            Directory.Delete(_state, recursive: true);
        }
    }
}
