using Firstlight.Plumbing.Processes;

namespace Firstlight.Plumbing.Tests.Processes;

/// <summary>Files that need not be read again, on real files.</summary>
public sealed class SettledFilesTests : IDisposable
{
    private static readonly string[] Names = ["host", "opts"];
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("firstlight-settled-");
    private readonly LaterClock _clock = new();
    private readonly SettledFiles _files;
    private readonly object _wanted = new();

    public SettledFilesTests()
    {
        _files = new SettledFiles(_clock);
        foreach (var name in Names) File.WriteAllText(PathOf(name), "as wanted\n");
    }

    [Fact]
    public void Files_found_right_are_settled_until_something_else_is_wanted()
    {
        Assert.False(Look().IsSettled);
        _files.Note(Look());

        Assert.True(Look().IsSettled);
        Assert.False(_files.LookAt(new object(), Names, _directory.FullName).IsSettled);
        _files.Forget(_directory.FullName);
        Assert.False(Look().IsSettled);
    }

    [Theory]
    [InlineData("written with as many bytes and its times set back")]
    [InlineData("replaced")]
    [InlineData("removed")]
    [InlineData("given another mode")]
    public void File_that_was_touched_is_read_again(string how)
    {
        _files.Note(Look());
        var path = PathOf("host");
        var written = File.GetLastWriteTimeUtc(path);
        switch (how)
        {
            case "replaced":
                File.WriteAllText(path + ".new", "as wanted\n");
                File.Move(path + ".new", path, overwrite: true);
                break;
            case "removed":
                File.Delete(path);
                break;
            case "given another mode":
                File.SetUnixFileMode(path, UnixFileMode.UserRead);
                break;
            default:
                File.WriteAllText(path, "as broken\n");
                File.SetLastWriteTimeUtc(path, written);
                break;
        }

        Assert.False(Look().IsSettled);
    }

    [Fact]
    public void File_that_was_just_written_is_not_settled_yet()
    {
        _clock.Ahead = TimeSpan.Zero;
        File.WriteAllText(PathOf("host"), "as wanted\n");
        _files.Note(Look());
        Assert.False(Look().IsSettled);

        _clock.Ahead = TimeSpan.FromMinutes(1);
        _files.Note(Look());
        Assert.True(Look().IsSettled);
    }

    [Fact]
    public void Directory_without_one_of_its_files_is_never_settled()
    {
        File.Delete(PathOf("opts"));
        _files.Note(Look());

        Assert.False(Look().IsSettled);
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private SettledFiles.Look Look() => _files.LookAt(_wanted, Names, _directory.FullName);

    private string PathOf(string name) => Path.Combine(_directory.FullName, name);

    private sealed class LaterClock : TimeProvider
    {
        public TimeSpan Ahead { get; set; } = TimeSpan.FromMinutes(1);

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
    }
}
