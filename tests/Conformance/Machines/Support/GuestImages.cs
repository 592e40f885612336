using Firstlight.System.Tests.Support;

namespace Firstlight.Conformance.Tests.Machines.Support;

/// <summary>What guests boot, made by the scripts in <c>Machines/images</c> from Debian's packages, once for a machine.</summary>
/// <remarks>Kept under <c>artifacts/images</c>, or where the environment's <c>FIRSTLIGHT_IMAGES</c> says, so that a clean build need not make them again.</remarks>
internal static class GuestImages
{
    private static readonly string Cache =
        Environment.GetEnvironmentVariable("FIRSTLIGHT_IMAGES") ?? Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "images"));

    private static readonly Lazy<Task<GuestImage>> MadeBusybox = new(() => MakeAsync("busybox", "fetch", null));
    private static readonly Lazy<Task<GuestImage>> MadeDebian = new(() => MakeAsync("debian", "switch-root", Path.Combine(Cache, "debian", "root.ext4")));

    /// <summary>A kernel and busybox: DHCP, a few requests, power off.</summary>
    public static Task<GuestImage> BusyboxAsync() => MadeBusybox.Value;

    /// <summary>Debian with the distribution's cloud-init.</summary>
    public static Task<GuestImage> DebianAsync() => MadeDebian.Value;

    private static async Task<GuestImage> MakeAsync(string script, string initramfs, string? root)
    {
        var made = await Run.ProgramAsync(TimeSpan.FromMinutes(20), "bash", Path.Combine(AppContext.BaseDirectory, "Machines", "images", script), Cache);
        if (made.ExitCode != 0) throw new InvalidOperationException($"the image of the guest cannot be made: {made.Error.Trim()}");
        return new GuestImage(Path.Combine(Cache, "kernel", "vmlinuz"), Path.Combine(Cache, initramfs, "initramfs"), root);
    }
}

/// <summary>Files that a guest boots from; guests share them and write to none.</summary>
/// <param name="Kernel">A Linux kernel.</param>
/// <param name="Initramfs">Its first root.</param>
/// <param name="Root">Root disk; null when the initramfs is all.</param>
internal sealed record GuestImage(string Kernel, string Initramfs, string? Root);
