using System.Net;
using System.Net.Sockets;
using System.Text;
using Firstlight.Cli;
using Firstlight.Cli.Verbs;
using Firstlight.Tests.Support;

namespace Firstlight.Tests.Cli;

public sealed class SignAndGetTests : IDisposable
{
    private const string Id = "daf32a70-42c9-4d30-8ec5-3a5d97582cff";
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private string[] Globals(string secretLine) =>
        ["--config-file", _directory.Write("f.conf", $"[DEFAULT]\n{secretLine}\n"), "--state-path", _directory.Path];

    public static TheoryData<string, string, string> Vectors => new()
    {
        { "metadata_proxy_shared_secret = secret", Id, "a1b287f4bf4623499b8530d8f059979cb7ab4b777946afdf2d076aa751b42b59" },
        { "metadata_proxy_shared_secret = \"secret\"", Id, "a1b287f4bf4623499b8530d8f059979cb7ab4b777946afdf2d076aa751b42b59" },
        { "metadata_proxy_shared_secret =\n[firstlight]\nstrict_nova = true", Id, "a5474dd96cd226aef559554bc58c107fda0f4cab4989dae6138db075984d4dcb" },
        { "metadata_proxy_shared_secret = clé-密钥", Id, "b1188f8839e113135ed57eeb9cfb99dbbc655ed3a677c80d2a2aa8753a28b2d1" },
        { $"metadata_proxy_shared_secret = {new string('a', 200)}", Id, "52fab47710377f9983bb7b961e5b5d0bdc4b5853c2be5bd167f800bb45c6d3fa" },
        { "metadata_proxy_shared_secret = secret", Id.ToUpperInvariant(), "992c7bd834672de7e67ea35cc24d82f17efc7547878cd29d1f5d5e16541ede16" },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public async Task Sign_prints_what_Neutron_signs(string secretLine, string id, string expected) =>
        Assert.Equal((ExitCodes.Ok, expected + "\n", ""), await ProgramRun.RunAsync(["sign", id, .. Globals(secretLine)]));

    [Fact]
    public async Task Without_a_secret_nothing_is_signed_and_the_code_is_78()
    {
        var (code, output, error) = await ProgramRun.RunAsync(["sign", Id, .. Globals("")]);

        Assert.Equal((ExitCodes.Config, ""), (code, output));
        Assert.Contains("metadata_proxy_shared_secret", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_without_an_inventory_is_69_and_makes_none()
    {
        var (code, _, error) = await ProgramRun.RunAsync(["sign", "web-1", .. Globals("metadata_proxy_shared_secret = s")]);

        Assert.Equal(ExitCodes.Unavailable, code);
        Assert.Contains("firstlight apply", error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_directory.Path, "inventory.sqlite")));
    }

    [Fact]
    public async Task Get_asks_over_the_signed_protocol_and_prints_the_body()
    {
        await using var api = new OneAnswerServer("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 4\r\nConnection: close\r\n\r\n{é}");

        var (code, output, error) = await ProgramRun.RunAsync(["get", Id, "--project", "p-1", "--url", api.Url, .. Globals("metadata_proxy_shared_secret = secret")]);

        Assert.Equal((ExitCodes.Ok, "{é}", ""), (code, output, error));
        var request = await api.Request;
        Assert.StartsWith("GET /openstack/latest/meta_data.json HTTP/1.1\r\n", request, StringComparison.Ordinal);
        Assert.Contains($"\r\nX-Instance-ID: {Id}\r\n", request, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Tenant-ID: p-1\r\n", request, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Instance-ID-Signature: a1b287f4bf4623499b8530d8f059979cb7ab4b777946afdf2d076aa751b42b59\r\n", request, StringComparison.Ordinal);
        Assert.DoesNotContain("\r\nAccept", request, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task An_answer_other_than_200_is_one_line_and_code_1()
    {
        await using var api = new OneAnswerServer("HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\nConnection: close\r\n\r\nno\n");

        var (code, output, error) = await ProgramRun.RunAsync(["get", Id, "user_data", "--project", "p", "--url", api.Url, .. Globals("metadata_proxy_shared_secret = x")]);

        Assert.Equal((ExitCodes.Refused, ""), (code, output));
        Assert.Contains("answered 403 Forbidden", Assert.Single(error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Including_headers_shows_status_headers_and_body()
    {
        await using var api = new OneAnswerServer("HTTP/1.1 404 Not Found\r\nX-Odd: yes\r\nContent-Length: 3\r\nConnection: close\r\n\r\nno\n");

        var (code, output, _) = await ProgramRun.RunAsync(["get", Id, "/latest/a/../b%2Fc?x=1", "-i", "--project", "p", "--url", api.Url, .. Globals("metadata_proxy_shared_secret = x")]);

        Assert.Equal(ExitCodes.Refused, code);
        Assert.StartsWith("HTTP/1.1 404 Not Found\n", output, StringComparison.Ordinal);
        Assert.Contains("X-Odd: yes\n", output, StringComparison.Ordinal);
        Assert.EndsWith("\n\nno\n", output, StringComparison.Ordinal);
        Assert.StartsWith("GET /latest/a/../b%2Fc?x=1 HTTP/1.1\r\n", await api.Request, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_listening_is_69_and_a_missing_project_is_2()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var url = $"http://{taken.LocalEndPoint}";

        Assert.Equal(ExitCodes.Unavailable, (await ProgramRun.RunAsync(["get", Id, "--project", "p", "--url", url, .. Globals("metadata_proxy_shared_secret = x")])).Code);
        Assert.Equal(ExitCodes.Usage, (await ProgramRun.RunAsync(["get", Id, "--url", url, .. Globals("metadata_proxy_shared_secret = x")])).Code);
    }

    [Theory]
    [InlineData("network_data.json", "/openstack/latest/network_data.json")]
    [InlineData("content/0000", "/openstack/latest/content/0000")]
    [InlineData("openstack", "/openstack")]
    [InlineData("openstack/2018-08-27/", "/openstack/2018-08-27/")]
    [InlineData("latest/meta-data/", "/latest/meta-data/")]
    [InlineData("2009-04-04/user-data", "/2009-04-04/user-data")]
    [InlineData("1.0", "/1.0")]
    [InlineData("/", "/")]
    [InlineData("/meta_data.json", "/meta_data.json")]
    public void Short_paths_are_under_the_latest_version(string typed, string target) => Assert.Equal(target, DocumentPath.Target(typed));

    /// <summary>Takes one connection, keeps the request's head, sends the bytes it was given.</summary>
    private sealed class OneAnswerServer : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public OneAnswerServer(string answer)
        {
            _listener.Start();
            Request = AnswerAsync(Encoding.UTF8.GetBytes(answer));
        }

        public string Url => $"http://{_listener.LocalEndpoint}";

        public Task<string> Request { get; }

        public async ValueTask DisposeAsync()
        {
            _listener.Dispose();
            await Request.ContinueWith(static _ => { }, TaskScheduler.Default);
        }

        private async Task<string> AnswerAsync(byte[] answer)
        {
            using var client = await _listener.AcceptTcpClientAsync();
            var stream = client.GetStream();
            var buffer = new byte[8192];
            var head = "";
            while (!head.Contains("\r\n\r\n", StringComparison.Ordinal)) head += Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer));
            await stream.WriteAsync(answer);
            return head;
        }
    }
}
