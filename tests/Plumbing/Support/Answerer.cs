namespace Firstlight.Plumbing.Tests.Support;

/// <summary>A listener inside a namespace that answers every connection with one line; ends with it.</summary>
internal sealed class Answerer : IDisposable
{
    private readonly System.Diagnostics.Process _process;

    private Answerer(System.Diagnostics.Process process) => _process = process;

    public static async Task<Answerer> StartAsync(string networkNamespace, int port, string answer)
    {
        var code = $"""
            import socket
            s = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.bind(('::', {port}))
            s.listen(16)
            print('ready', flush=True)
            while True:
                c, _ = s.accept()
                c.recv(4096)
                c.sendall(b'HTTP/1.0 200 OK\r\n\r\n{answer}')
                c.close()
            """;
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
