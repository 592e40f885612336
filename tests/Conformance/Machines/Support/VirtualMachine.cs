using System.Diagnostics;
using System.Formats.Tar;

namespace Firstlight.Conformance.Tests.Machines.Support;

/// <summary>A guest to boot.</summary>
/// <param name="Image">What it boots.</param>
/// <param name="Cards">Its network cards: MAC, and the tap device they end at.</param>
internal sealed record GuestHardware(GuestImage Image, IReadOnlyList<(string Mac, string Tap)> Cards)
{
    /// <summary>What SMBIOS says of the system, in QEMU's form (<c>product=…,uuid=…</c>); empty: QEMU's own.</summary>
    public string System { get; init; } = "";

    /// <summary>More words of the kernel's command line.</summary>
    public string KernelArguments { get; init; } = "";

    /// <summary>An image to show as a CD.</summary>
    public string? Cd { get; init; }
}

/// <summary>One boot under QEMU, from power-on until the guest powers off by itself.</summary>
internal sealed class VirtualMachine : IDisposable
{
    // Emulated on a busy machine of one core; a guest that hangs is what this is for.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(12);
    private const long ReportBytes = 32 << 20;

    private readonly string _directory = Directory.CreateTempSubdirectory("firstlight-vm-").FullName;

    private string ConsoleFile => Path.Combine(_directory, "console");

    private string ReportFile => Path.Combine(_directory, "report");

    /// <summary>Boots a guest and waits for its end.</summary>
    /// <exception cref="InvalidOperationException">It did not come to its end, or left no report; the message carries the end of its console.</exception>
    public static async Task<Boot> RunAsync(GuestHardware hardware)
    {
        using var machine = new VirtualMachine();
        return await machine.BootAsync(hardware, await Accelerator.NameAsync(hardware.Image.Kernel));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private async Task<Boot> BootAsync(GuestHardware hardware, string accelerator)
    {
        await using (var report = File.Create(ReportFile)) report.SetLength(ReportBytes);

        // `timeout` bounds the guest's life even if this process is killed.
        var start = new ProcessStartInfo("timeout") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
        foreach (var argument in (string[])["--kill-after=5", $"{Longest.TotalSeconds}", "qemu-system-x86_64", .. Arguments(hardware, accelerator)]) start.ArgumentList.Add(argument);
        var started = Stopwatch.GetTimestamp();
        using var process = Process.Start(start) ?? throw new InvalidOperationException("qemu-system-x86_64 is missing: ./setup --conformance installs it");
        try
        {
            process.StandardInput.Close();
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            await output;
            var console = File.Exists(ConsoleFile) ? await File.ReadAllTextAsync(ConsoleFile) : "";
            if (process.ExitCode != 0) throw new InvalidOperationException($"QEMU ended with exit code {process.ExitCode} (124: it took over {Longest}): {await error}\n{Tail(console)}");
            return new Boot(console, await ReadReportAsync(console), Stopwatch.GetElapsedTime(started), accelerator);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None);
            }
        }
    }

    private IEnumerable<string> Arguments(GuestHardware hardware, string accelerator)
    {
        // Under KVM the host's processor; emulated, QEMU's plain one, which is the quickest.
        string[] processor = accelerator == Accelerator.Kvm ? ["-cpu", "host"] : [];
        string[] root = hardware.Image.Root is { } file
            ? ["-drive", $"id=root,if=none,format=raw,snapshot=on,file={file}", "-device", "virtio-blk-pci,drive=root"]
            : [];
        string[] cd = hardware.Cd is { } image ? ["-drive", $"id=cd,if=none,format=raw,media=cdrom,readonly=on,file={image}", "-device", "ide-cd,drive=cd"] : [];
        var cards = hardware.Cards.SelectMany((card, index) => (string[])
        [
            "-netdev", $"tap,id=card{index},ifname={card.Tap},script=no,downscript=no", "-device", $"virtio-net-pci,netdev=card{index},mac={card.Mac},romfile=",
        ]);
        string[] system = hardware.System.Length == 0 ? [] : ["-smbios", $"type=1,{hardware.System}"];
        return
        [
            "-machine", "pc", "-accel", accelerator, .. processor, "-smp", "1", "-m", hardware.Image.Root is null ? "256" : "768",
            "-nodefaults", "-display", "none", "-no-reboot", "-serial", $"file:{ConsoleFile}",
            "-kernel", hardware.Image.Kernel, "-initrd", hardware.Image.Initramfs,
            "-append", string.Join(' ', (string[])["console=ttyS0", "panic=-1", "report", .. hardware.Cd is null ? Array.Empty<string>() : ["cd"], hardware.KernelArguments]),
            .. root,
            "-drive", $"id=report,if=none,format=raw,file={ReportFile}", "-device", "virtio-blk-pci,drive=report,serial=report",
            "-device", "virtio-rng-pci", .. cd, .. cards, .. system,
        ];
    }

    private async Task<IReadOnlyDictionary<string, string>> ReadReportAsync(string console)
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            await using var disk = File.OpenRead(ReportFile);
            await using var tar = new TarReader(disk);
            while (await tar.GetNextEntryAsync() is { } entry)
            {
                if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile)) continue;
                using var reader = new StreamReader(entry.DataStream ?? Stream.Null);
                files[entry.Name.TrimStart('.', '/')] = await reader.ReadToEndAsync();
            }
        }
        catch (Exception e) when (e is IOException or FormatException or InvalidDataException)
        {
            throw new InvalidOperationException($"the guest's report cannot be read: {e.Message}\n{Tail(console)}", e);
        }
        return files.Count > 0 ? files : throw new InvalidOperationException($"the guest ended without a report\n{Tail(console)}");
    }

    private static string Tail(string console) => "the end of its console:\n" + string.Join('\n', console.Split('\n').TakeLast(80));
}

/// <summary>What a boot left.</summary>
/// <param name="Console">All it wrote to its serial console.</param>
/// <param name="Report">Files it packed before it powered off, by path.</param>
/// <param name="Took">From power-on to power-off.</param>
/// <param name="Accelerator">What ran it.</param>
internal sealed record Boot(string Console, IReadOnlyDictionary<string, string> Report, TimeSpan Took, string Accelerator)
{
    /// <summary>A file of the report.</summary>
    public string File(string path) => Report.TryGetValue(path, out var text)
        ? text
        : throw new InvalidOperationException($"the guest has no {path}, it has {string.Join(' ', Report.Keys)}\n{string.Join('\n', Console.Split('\n').TakeLast(60))}");
}
