using System.Diagnostics;
using Firstlight.Metadata.ConfigDrive;

namespace Firstlight.Metadata.Tests.ConfigDrive;

/// <summary>An image in a directory of its own, looked at with the programs others read such images with.</summary>
internal sealed class ImageReader : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private readonly string _directory = Directory.CreateTempSubdirectory("firstlight-drive-").FullName;

    public string Image => Path.Combine(_directory, "image");

    public static ImageReader Of(Func<Stream, Task> write)
    {
        var reader = new ImageReader();
        using var file = File.Create(reader.Image);
        write(file).GetAwaiter().GetResult();
        return reader;
    }

    /// <summary>Every file of an ISO 9660 image.</summary>
    /// <param name="joliet">Take Joliet's names instead of Rock Ridge's.</param>
    public Dictionary<string, byte[]> IsoFiles(bool joliet = false) =>
        Extract(target => Run("xorriso", "-local_charset", "UTF-8", "-read_fs", joliet ? "norock" : "any", "-osirrox", "on:auto_chmod_on", "-indev", Image, "-extract", "/", target));

    /// <summary>Every file of a FAT image.</summary>
    public Dictionary<string, byte[]> FatFiles() => Extract(target =>
    {
        Directory.CreateDirectory(target);
        Run("mcopy", "-s", "-n", "-i", Image, "::/", target);
    });

    /// <summary>Runs a program to a good end and gives its standard output.</summary>
    public string Run(string program, params string[] arguments)
    {
        var path = File.Exists($"/usr/sbin/{program}") ? $"/usr/sbin/{program}" : program;
        var start = new ProcessStartInfo(path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["LC_ALL"] = "C.UTF-8";
        Process? process = null;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Fail($"{program} is missing: ./setup --test installs it");
        }

        using (process)
        {
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(Deadline))
            {
                process.Kill(entireProcessTree: true);
                Assert.Fail($"{program} did not end within {Deadline}");
            }

            Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{output.Result}{error.Result}");
            return output.Result;
        }
    }

    public void Dispose()
    {
        // What is read-only on a drive is read-only when extracted.
        Writable(_directory);
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>Files by path, to compare with what was read.</summary>
    public static Dictionary<string, byte[]> Of(IEnumerable<DriveFile> files) => files.ToDictionary(file => file.Path, file => file.Content.ToArray(), StringComparer.Ordinal);

    private Dictionary<string, byte[]> Extract(Action<string> run)
    {
        var target = Path.Combine(_directory, Path.GetRandomFileName());
        run(target);
        return Directory.EnumerateFiles(target, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None })
            .ToDictionary(path => Path.GetRelativePath(target, path), File.ReadAllBytes, StringComparer.Ordinal);
    }

    private static void Writable(string directory)
    {
        File.SetUnixFileMode(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var below in Directory.GetDirectories(directory)) Writable(below);
    }
}
