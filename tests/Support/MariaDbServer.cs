using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Firstlight.Tests.Support;

/// <summary>A MariaDB of the test's own: private directory, UNIX socket and a port on 127.0.0.1, gone afterwards. Linked into test projects as source.</summary>
/// <remarks>The account <c>root</c> has no password and is for set-up over the socket; tests make the accounts they use with <see cref="Execute"/>.</remarks>
public sealed class MariaDbServer : IDisposable
{
    private const int SIGTERM = 15;
    private const int SIGKILL = 9;
    private const int SIGSTOP = 19;
    private const int SIGCONT = 18;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly string _root;
    private readonly string[] _options;
    private Process? _process;

    /// <summary>Makes the directory and starts the server; returns when it answers.</summary>
    /// <param name="options">Further options of mariadbd, such as <c>--read-only</c>.</param>
    public MariaDbServer(params string[] options)
    {
        _options = options;
        _root = Directory.CreateTempSubdirectory("firstlight-mariadb-").FullName;
        AppDomain.CurrentDomain.ProcessExit += OnExit;
        try
        {
            Port = FreePort();
            Install();
            Start();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Where the server's files are, and where a test may put its own.</summary>
    public string Root => _root;

    /// <summary>On 127.0.0.1; the same after a restart.</summary>
    public int Port { get; }

    public string UnixSocket => Path.Combine(_root, "server.sock");

    public int ProcessId => _process?.Id ?? throw new InvalidOperationException("the server is stopped");

    /// <summary>Starts a stopped server, perhaps with more options; returns when it answers.</summary>
    public void Start(params string[] options)
    {
        if (_process is not null) throw new InvalidOperationException("the server runs already");
        _process = Launch(
            "mariadbd",
            [
                "--no-defaults", .. RootArguments, $"--datadir={Data}", $"--tmpdir={Temporary}", $"--socket={UnixSocket}", $"--port={Port}",
                "--bind-address=127.0.0.1", "--skip-networking=0",
                $"--pid-file={Path.Combine(_root, "pid")}", $"--log-error={Log}", "--innodb-flush-log-at-trx-commit=0", "--innodb-log-file-size=8M",
                "--innodb-buffer-pool-size=32M", "--skip-log-bin", "--performance-schema=OFF", "--max-allowed-packet=64M",
                "--character-set-server=utf8mb4", .. _options, .. options,
            ]);
        WaitUntilReady();
    }

    /// <summary>Ends the server, politely unless <paramref name="kill"/>. Its data stays.</summary>
    public void Stop(bool kill = false)
    {
        if (_process is not { } process) return;
        _process = null;
        using (process)
        {
            if (process.HasExited) return;
            // A suspended process acts on nothing but SIGKILL.
            if (!kill) Signal(process, SIGCONT);
            Signal(process, kill ? SIGKILL : SIGTERM);
            if (!process.WaitForExit(Deadline)) Signal(process, SIGKILL);
            process.WaitForExit();
        }
    }

    /// <summary>Stops it in its tracks: the kernel still accepts connections, nobody answers.</summary>
    public void Suspend()
    {
        Signal(_process!, SIGSTOP);
        // The signal is sent before it has worked.
        Until(() => State() == 'T', "the server is not suspended");
    }

    public void Resume() => Signal(_process!, SIGCONT);

    /// <summary>Runs statements as <c>root</c>, separated by semicolons.</summary>
    /// <returns>What the client printed: rows in lines, columns by tabs.</returns>
    public string Execute(string sql, string? database = null)
    {
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(sql));
        return Client(input, database);
    }

    /// <summary>Loads a dump, which may be of several databases.</summary>
    /// <exception cref="InvalidOperationException">A statement failed; nothing after it was run.</exception>
    public void Load(string sqlFile)
    {
        // As input: the client's own "source" goes on after an error and then says that all is well.
        using var input = File.OpenRead(sqlFile);
        Client(input, null);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        Stop(kill: true);
        if (Directory.Exists(_root)) Directory.Delete(_root, recursive: true);
    }

    private static string[] RootArguments => Environment.UserName == "root" ? ["--user=root"] : [];

    private string Data => Path.Combine(_root, "data");

    // Not /tmp: a server that starts removes the temporary tables it finds there, and they would be another's.
    private string Temporary => Path.Combine(_root, "tmp");

    private string Log => Path.Combine(_root, "error.log");

    private void OnExit(object? sender, EventArgs e) => Dispose();

    private void Install()
    {
        Directory.CreateDirectory(Temporary);
        using var process = Launch(
            "mariadb-install-db",
            [
                "--no-defaults", .. RootArguments, $"--datadir={Data}", $"--tmpdir={Temporary}", "--auth-root-authentication-method=normal", "--skip-test-db", "--innodb-log-file-size=8M",
                "--skip-name-resolve",
            ]);
        Finish(process, "mariadb-install-db");
    }

    private void WaitUntilReady() =>
        Until(
            () =>
            {
                if (_process!.HasExited) throw new InvalidOperationException($"mariadbd ended with exit code {_process.ExitCode}: {LastLines()}");
                return File.Exists(UnixSocket) && Greets();
            },
            "mariadbd does not answer");

    // The server greets first, so a byte means that it serves and not only that the kernel listens.
    private bool Greets()
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 1000 };
            socket.Connect(new UnixDomainSocketEndPoint(UnixSocket));
            return socket.Receive(new byte[1]) == 1;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private string Client(Stream sql, string? database)
    {
        using var process = Launch(
            "mariadb",
            [
                "--no-defaults", "--user=root", $"--socket={UnixSocket}", "--batch", "--skip-column-names", "--default-character-set=utf8mb4",
                .. database is null ? [] : new[] { database },
            ]);
        return Finish(process, "mariadb", sql);
    }

    private char State()
    {
        var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{_process!.Id}/stat"));
        return stat[stat.LastIndexOf(')') + 2];
    }

    private string LastLines() => File.Exists(Log) ? string.Join(" | ", File.ReadLines(Log).TakeLast(5)) : "no log";

    private static Process Launch(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        // Debian keeps the server in sbin, which is not in everybody's path.
        start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin:/sbin";
        if (Find(program, start.Environment["PATH"]!) is not { } path)
            throw new InvalidOperationException($"{program} is missing: ./setup --test installs it (apt-get install mariadb-server-core mariadb-client-core)");
        start.FileName = path;
        return Process.Start(start)!;
    }

    private static string? Find(string program, string path) => path.Split(':').Select(d => Path.Combine(d, program)).FirstOrDefault(File.Exists);

    private static string Finish(Process process, string name, Stream? input = null)
    {
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        try
        {
            input?.CopyTo(process.StandardInput.BaseStream);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended early; its exit code and its errors say why.
        }
        if (!process.WaitForExit(Deadline))
        {
            process.Kill(entireProcessTree: true);
            throw new InvalidOperationException($"{name} did not end within {Deadline}");
        }
        var text = output.GetAwaiter().GetResult();
        return process.ExitCode == 0 ? text : throw new InvalidOperationException($"{name} ended with exit code {process.ExitCode}: {errors.GetAwaiter().GetResult()}{text}");
    }

    private static void Until(Func<bool> condition, string otherwise)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            if (clock.Elapsed > Deadline) throw new InvalidOperationException($"{otherwise} (waited {Deadline})");
            Thread.Sleep(10);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    // By id, of a process we started and have not waited for: the id cannot be anyone else's.
    private static void Signal(Process process, int signal)
    {
        if (kill(process.Id, signal) != 0 && !process.HasExited)
            throw new InvalidOperationException($"kill({process.Id}, {signal}): errno {Marshal.GetLastPInvokeError()}");
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int kill(int process, int signal);
}
