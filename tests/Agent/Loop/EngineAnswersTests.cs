using System.Net;
using System.Net.Sockets;
using System.Text;
using Firstlight.Agent.Tests.Support;

namespace Firstlight.Agent.Tests.Loop;

public sealed class EngineAnswersTests
{
    [Fact]
    public async Task Both_engines_answer_to_the_byte()
    {
        await using var kestrel = await AgentAsync(GuestEngine.Kestrel);
        await using var lean = await AgentAsync(GuestEngine.Lean);
        string[] requests =
        [
            "GET /openstack/latest/meta_data.json HTTP/1.1\r\nHost: m\r\nConnection: close\r\n\r\n",
            "GET /openstack HTTP/1.1\r\nHost: m\r\nConnection: close\r\n\r\n",
            "GET /openstack HTTP/1.1\r\nHost: m\r\n\r\nGET /openstack HTTP/1.1\r\nHost: m\r\nConnection: close\r\n\r\n",
            "HEAD /openstack HTTP/1.1\r\nHost: m\r\nConnection: close\r\n\r\n",
            "GET /openstack/latest/user_data HTTP/1.1\r\nHost: m\r\nConnection: close\r\n\r\n",
            "GET /openstack/latest/user_data HTTP/1.1\r\nHost: m\r\nAccept: */*\r\nConnection: close\r\n\r\n",
            "HEAD /openstack/latest/user_data HTTP/1.1\r\nHost: m\r\nAccept: */*\r\nConnection: close\r\n\r\n",
        ];
        foreach (var request in requests)
        {
            for (var i = 0; i < 2; i++)
            {
                var a = await ExchangeAsync(kestrel.Home, request);
                var b = await ExchangeAsync(lean.Home, request);
                TestContext.Current.SendDiagnosticMessage("{0}\n{1}", a, b);
                Assert.Equal(a, b);
            }
        }
    }

    private static async Task<string> ExchangeAsync(IPEndPoint to, string request)
    {
        using var socket = await GuestClient.ConnectHomeAsync(to);
        await socket.SendAsync(Encoding.Latin1.GetBytes(request), SocketFlags.None);
        var buffer = new byte[65536];
        var all = new StringBuilder();
        int read;
        while ((read = await socket.ReceiveAsync(buffer, SocketFlags.None)) > 0) all.Append(Encoding.Latin1.GetString(buffer, 0, read));
        var text = string.Join("\r\n", all.ToString().Split("\r\n").Where(static line => !line.StartsWith("Date: ", StringComparison.Ordinal)));
        var at = text.IndexOf("\"random_seed\": \"", StringComparison.Ordinal);
        return at < 0 ? text : text.Remove(at + 16, 684);
    }

    private static async Task<TestAgent> AgentAsync(GuestEngine engine)
    {
        var agent = await TestAgent.StartAsync(new AgentOptions { Engine = engine }, new DocumentUpstream());
        agent.Directory.Add(TestAgent.HomeScope, "127.0.0.1", "instance");
        return agent;
    }
}
