namespace Firstlight.Plumbing.Tests.Support;

/// <summary>A listener inside a namespace that answers every connection with one line, or every datagram; ends with it.</summary>
internal sealed class Answerer : IDisposable
{
    private readonly System.Diagnostics.Process _process;

    private Answerer(System.Diagnostics.Process process) => _process = process;

    /// <summary>Answers with the address it was asked from.</summary>
    public static Task<Answerer> TellingPeersAsync(string networkNamespace, int port) => StartAsync(networkNamespace, port, "' + a[0].removeprefix('::ffff:').encode() + b'");

    /// <summary>Answers datagrams.</summary>
    public static Task<Answerer> OnDatagramsAsync(string networkNamespace, int port, string answer) => RunAsync(networkNamespace, $"""
            import socket
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.bind(('0.0.0.0', {port}))
            print('ready', flush=True)
            while True:
                _, a = s.recvfrom(4096)
                s.sendto(b'{answer}', a)
            """);

    public static Task<Answerer> StartAsync(string networkNamespace, int port, string answer) => RunAsync(networkNamespace, $"""
            import socket
            s = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.bind(('::', {port}))
            s.listen(16)
            print('ready', flush=True)
            while True:
                c, a = s.accept()
                c.recv(4096)
                c.sendall(b'HTTP/1.0 200 OK\r\n\r\n{answer}')
                c.close()
            """);

    private static async Task<Answerer> RunAsync(string networkNamespace, string code)
    {
        var start = new System.Diagnostics.ProcessStartInfo("nsenter", [$"--net=/run/netns/{networkNamespace}", "--", "/usr/bin/env", "python3", "-c", code])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        var process = System.Diagnostics.Process.Start(start)!;
        Assert.Equal("ready", await process.StandardOutput.ReadLineAsync());
        return new Answerer(process);
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }
}
