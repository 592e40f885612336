using System.Text;
using Firstlight.Cli.Output;

namespace Firstlight.Tests.Cli;

/// <summary>Where a file of <c>-o FILE</c> ends up.</summary>
public sealed class PrivateFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("firstlight-file-").FullName;

    [Fact]
    public async Task A_new_file_is_its_owners_alone()
    {
        var file = Path.Combine(_directory, "new.iso");

        var length = await WriteAsync(file, "drive");

        Assert.Equal(5, length);
        Assert.Equal("drive", await File.ReadAllTextAsync(file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal([file], Directory.EnumerateFileSystemEntries(_directory));
    }

    [Fact]
    public async Task A_link_stays_and_leads_to_the_new_content_even_before_its_target_is_there()
    {
        var (link, target) = (Path.Combine(_directory, "link.iso"), Path.Combine(_directory, "target.iso"));
        File.CreateSymbolicLink(link, "target.iso");

        await WriteAsync(link, "first");
        await WriteAsync(Path.GetRelativePath(Environment.CurrentDirectory, link), "second");

        Assert.Equal("target.iso", new FileInfo(link).LinkTarget);
        Assert.Equal("second", await File.ReadAllTextAsync(target));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static Task<long> WriteAsync(string path, string content) =>
        PrivateFile.WriteAsync(path, async (stream, token) => await stream.WriteAsync(Encoding.UTF8.GetBytes(content), token), CancellationToken.None);
}
