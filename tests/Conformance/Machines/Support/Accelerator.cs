using Firstlight.System.Tests.Support;

namespace Firstlight.Conformance.Tests.Machines.Support;

/// <summary>What QEMU runs guests with here: KVM where it really runs one, emulation elsewhere.</summary>
internal static class Accelerator
{
    public const string Kvm = "kvm";
    public const string Emulation = "tcg";

    // Where KVM works a kernel needs a second or two; a wrong guess costs time, never the test.
    private const string ProbeSeconds = "15";
    private static readonly Lock Gate = new();
    private static Task<string>? _found;

    /// <summary>Found out once.</summary>
    /// <param name="kernel">The kernel that guests boot.</param>
    public static Task<string> NameAsync(string kernel)
    {
        lock (Gate) return _found ??= FindAsync(kernel);
    }

    // A device file is no proof: inside some virtual machines /dev/kvm can be opened, runs a boot sector, and never gets a kernel past its first steps.
    // So the guests' own kernel is booted without a root: it panics, and QEMU ends.
    private static async Task<string> FindAsync(string kernel)
    {
        if (!File.Exists("/dev/kvm")) return Emulation;
        var probe = await Run.ProgramAsync(
            "timeout", "--kill-after=1", ProbeSeconds, "qemu-system-x86_64", "-machine", "pc", "-accel", "kvm", "-cpu", "host", "-m", "256", "-nodefaults", "-display", "none",
            "-no-reboot", "-kernel", kernel, "-append", "panic=-1");
        return probe.ExitCode == 0 ? Kvm : Emulation;
    }
}
