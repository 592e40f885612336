using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Firstlight.Tests.Support;

/// <summary>A RabbitMQ of the test's own: private directory, node and port mapper on free ports of 127.0.0.1, gone afterwards. Linked into test projects as source.</summary>
/// <remarks>All that a broker holds here is forgotten when it stops, as Neutron's queues are: they are not durable.</remarks>
public sealed class RabbitMqServer : IDisposable
{
    private const int SIGTERM = 15;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    private readonly string _root;
    private readonly int _distributionPort;
    private readonly int _mapperPort;
    private readonly string _node;
    private readonly Process? _mapper;
    private Process? _process;

    /// <summary>Makes the directory and starts the server; returns when it answers.</summary>
    /// <param name="configuration">Further lines of rabbitmq.conf, given the directory and the port meant for TLS.</param>
    public RabbitMqServer(Func<string, int, IEnumerable<string>>? configuration = null)
    {
        _root = Directory.CreateTempSubdirectory("firstlight-rabbitmq-").FullName;
        _node = "firstlight" + Path.GetFileName(_root).Split('-')[^1] + "@localhost";
        AppDomain.CurrentDomain.ProcessExit += OnExit;
        try
        {
            // All held at once, so that they differ.
            var ports = FreePorts(4);
            (Port, TlsPort, _distributionPort, _mapperPort) = (ports[0], ports[1], ports[2], ports[3]);
            File.WriteAllLines(Path.Combine(_root, "rabbitmq.conf"), configuration?.Invoke(_root, TlsPort) ?? []);
            File.WriteAllText(Path.Combine(_root, "plugins"), "[].\n");
            _mapper = Launch("epmd", "/usr/bin/epmd", "-port", Text(_mapperPort), "-address", "127.0.0.1");
            Start();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Where the server's files are.</summary>
    public string Root => _root;

    /// <summary>On 127.0.0.1, in the clear; the same after a restart.</summary>
    public int Port { get; }

    /// <summary>On 127.0.0.1, free for a listener that the configuration names.</summary>
    public int TlsPort { get; }

    /// <summary>Starts a stopped server; returns when it answers.</summary>
    public void Start()
    {
        if (_process is not null) throw new InvalidOperationException("the server runs already");
        _process = Launch("rabbitmq-server", "/usr/lib/rabbitmq/bin/rabbitmq-server");
        var clock = Stopwatch.StartNew();
        while (!Answers())
        {
            if (_process.HasExited) throw new InvalidOperationException($"rabbitmq-server ended with exit code {_process.ExitCode}: {LastLines()}");
            if (clock.Elapsed > Deadline) throw new TimeoutException($"rabbitmq-server does not answer: {LastLines()}");
            Thread.Sleep(50);
        }
    }

    /// <summary>Ends the server, politely unless <paramref name="kill"/>.</summary>
    public void Stop(bool kill = false)
    {
        if (_process is not { } process) return;
        _process = null;
        End(process, kill);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        Stop(kill: true);
        if (_mapper is not null) End(_mapper, kill: true);
        if (Directory.Exists(_root)) Directory.Delete(_root, recursive: true);
    }

    private void OnExit(object? sender, EventArgs e) => Dispose();

    private string Log => Path.Combine(_root, "log", "server.log");

    // The script becomes the server itself when it thinks that systemd started it; otherwise it stays as a parent.
    private Dictionary<string, string> Settings => new(StringComparer.Ordinal)
    {
        ["RUNNING_UNDER_SYSTEMD"] = "true",
        ["HOME"] = _root,
        ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
        ["ERL_EPMD_PORT"] = Text(_mapperPort),
        ["RABBITMQ_NODENAME"] = _node,
        ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
        ["RABBITMQ_NODE_PORT"] = Text(Port),
        ["RABBITMQ_DIST_PORT"] = Text(_distributionPort),
        ["RABBITMQ_MNESIA_BASE"] = Path.Combine(_root, "mnesia"),
        ["RABBITMQ_LOG_BASE"] = Path.Combine(_root, "log"),
        ["RABBITMQ_LOGS"] = Log,
        ["RABBITMQ_PID_FILE"] = Path.Combine(_root, "pid"),
        ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(_root, "plugins"),
        ["RABBITMQ_CONFIG_FILE"] = Path.Combine(_root, "rabbitmq"),
    };

    private Process Launch(string name, string path, params string[] arguments)
    {
        if (!File.Exists(path)) throw new InvalidOperationException($"{name} is missing: ./setup --test installs it (apt-get install rabbitmq-server)");
        var start = new ProcessStartInfo(path, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _root };
        foreach (var (key, value) in Settings) start.Environment[key] = value;
        var process = Process.Start(start)!;
        // A full pipe would stop it.
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    // A broker greets who sends the protocol's header: its first method frame means that it serves and not only that the kernel listens.
    private bool Answers()
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 2000 };
            socket.Connect(IPAddress.Loopback, Port);
            socket.Send("AMQP\0\0\u0009\u0001"u8);
            var first = new byte[1];
            return socket.Receive(first) == 1 && first[0] == 1;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private string LastLines() => File.Exists(Log) ? string.Join(" | ", File.ReadLines(Log).TakeLast(5)) : "no log";

    private static void End(Process process, bool kill)
    {
        using (process)
        {
            if (!process.HasExited && !kill) _ = Kill(process.Id, SIGTERM);
            if (!process.HasExited && (kill || !process.WaitForExit(Deadline))) process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }
    }

    private static int[] FreePorts(int count)
    {
        var sockets = new List<Socket>();
        try
        {
            while (sockets.Count < count)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                sockets.Add(socket);
                socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            }

            return [.. sockets.Select(s => ((IPEndPoint)s.LocalEndPoint!).Port)];
        }
        finally
        {
            foreach (var socket in sockets) socket.Dispose();
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int pid, int signal);
}
