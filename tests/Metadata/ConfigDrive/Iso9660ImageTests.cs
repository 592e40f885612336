using System.Globalization;
using Firstlight.Metadata.ConfigDrive;
using Firstlight.Metadata.ConfigDrive.Iso9660;
using FsCheck;
using FsCheck.Fluent;

namespace Firstlight.Metadata.Tests.ConfigDrive;

/// <summary>Images as xorriso, isoinfo and blkid read them.</summary>
public sealed class Iso9660ImageTests
{
    private static readonly DriveLabel Label = new("Firstlight 9.9", DateTimeOffset.Parse("2026-11-20T13:14:15+02:00", CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("plain")]
    [InlineData("big")]
    [InlineData("injected")]
    public void A_config_drive_is_read_back(string instance)
    {
        var files = ConfigDriveReplayTests.Make("all-ec2-versions", instance);
        using var image = Written(files);

        Assert.Equal(ImageReader.Of(files), image.IsoFiles());
        Assert.Equal(ImageReader.Of(files), image.IsoFiles(joliet: true));
    }

    [Fact]
    public void Any_tree_is_read_back() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(30), Prop.ForAll(Trees.Of(harmless: false, maxNameLength: 250).ToArbitrary(), files =>
    {
        using var image = Written(files);
        return image.IsoFiles() is var read && Same(files, read);
    }));

    [Fact]
    public void Any_tree_of_names_that_Joliet_can_hold_is_read_back_over_Joliet() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(20), Prop.ForAll(Trees.Of(harmless: true, maxNameLength: 60).ToArbitrary(), files =>
        {
            using var image = Written(files);
            return Same(files, image.IsoFiles(joliet: true));
        }));

    [Fact]
    public void The_volume_has_the_label_that_guests_look_for()
    {
        using var image = Written([new DriveFile("a", "x"u8.ToArray())]);

        var about = image.Run("isoinfo", "-d", "-i", image.Image);
        Assert.Contains("\nVolume id: config-2\n", about, StringComparison.Ordinal);
        Assert.Contains("\nPublisher id: Firstlight 9.9\n", about, StringComparison.Ordinal);
        Assert.Contains("\nJoliet with UCS level 3 found\n", about, StringComparison.Ordinal);
        Assert.Contains("\nRock Ridge signatures version 1 found\n", about, StringComparison.Ordinal);
        Assert.Contains("LABEL=\"config-2\"", image.Run("blkid", "-p", image.Image), StringComparison.Ordinal);
        Assert.Equal("2026-11-20-11-14-15-00", image.Run("blkid", "-p", "-s", "UUID", "-o", "value", image.Image).Trim());
    }

    [Fact]
    public void Without_extensions_names_are_plain_and_lower_case()
    {
        using var image = Written(ConfigDriveReplayTests.Make("default", "injected"));

        var listed = image.Run("isoinfo", "-f", "-i", image.Image).Split('\n');
        Assert.Contains("/openstack/2012_08_10/meta_data.json;1", listed);
        Assert.Contains("/openstack/latest/user_data.;1", listed);
        Assert.Contains("/ec2/2009_04_04/user_data.;1", listed);
        Assert.Contains("/openstack/content/0000.;1", listed);
    }

    [Fact]
    public void Anybody_may_read_and_nobody_write()
    {
        using var image = Written([new DriveFile("d/f", "x"u8.ToArray())]);

        var listed = image.Run("isoinfo", "-R", "-l", "-i", image.Image);
        Assert.Matches(@"dr-xr-xr-x   2    0    0\s+2048 Nov 20 2026 \[ *\d+ 02\]  d ", listed);
        Assert.Matches(@"-r--r--r--   1    0    0\s+1 Nov 20 2026 \[ *\d+ 00\]  f ", listed);
    }

    [Fact]
    public void Names_that_only_Rock_Ridge_can_hold_stay_apart_elsewhere()
    {
        var stem = new string('n', 200);
        using var image = Written([.. Enumerable.Range(0, 30).Select(i => new DriveFile($"{stem}{i}.txt", new[] { (byte)i }))]);

        Assert.Equal(30, image.IsoFiles().Count);
        Assert.Equal(30, image.Run("isoinfo", "-J", "-f", "-i", image.Image).TrimEnd().Split('\n').Distinct().Count());
        Assert.Equal(30, image.Run("isoinfo", "-f", "-i", image.Image).TrimEnd().Split('\n').Distinct().Count());
    }

    [Fact]
    public async Task Equal_files_and_dates_give_equal_bytes_and_equal_contents_are_there_once()
    {
        var content = new byte[100_000];
        DriveFile[] files = [new("a/user_data", content), new("b/user_data", content.ToArray()), new("empty", Array.Empty<byte>())];

        var first = await BytesAsync(files, Label);

        Assert.Equal(first, await BytesAsync([files[2], files[1], files[0]], Label));
        Assert.NotEqual(first, await BytesAsync(files, Label with { Made = Label.Made.AddSeconds(1) }));
        Assert.InRange(first.Length, 100_000, 199_999);
        Assert.Equal(0, first.Length % 2048);
    }

    [Theory]
    [InlineData("a/b/c/d/e/f/g/h/i", "deeper than 8 levels")]
    [InlineData("a//b", "'' is no name")]
    [InlineData("/a", "'' is no name")]
    [InlineData("a/../b", "'..' is no name")]
    [InlineData("x", "there twice")]
    [InlineData("x/y", "x is a file and a directory")]
    public async Task A_path_that_no_drive_can_hold_is_refused_and_nothing_is_written(string path, string reason)
    {
        using var output = new MemoryStream();
        var e = await Assert.ThrowsAsync<ConfigDriveException>(() =>
            Iso9660Image.WriteAsync([new DriveFile("x", default), new DriveFile(path, default)], Label, output, TestContext.Current.CancellationToken));

        Assert.Equal((path, reason, 0L), (e.Path, e.Reason, output.Length));
    }

    // Apart from the others: a test's arguments are themselves passed on as Unicode text.
    [Fact]
    public Task A_name_that_is_no_text_is_refused() =>
        A_path_that_no_drive_can_hold_is_refused_and_nothing_is_written(new string('\ud800', 1), "a name is no Unicode text");

    private static ImageReader Written(IReadOnlyList<DriveFile> files) => ImageReader.Of(file => Iso9660Image.WriteAsync(files, Label, file, CancellationToken.None));

    private static async Task<byte[]> BytesAsync(IReadOnlyList<DriveFile> files, DriveLabel label)
    {
        using var output = new MemoryStream();
        await Iso9660Image.WriteAsync(files, label, output, TestContext.Current.CancellationToken);
        return output.ToArray();
    }

    private static bool Same(IReadOnlyList<DriveFile> files, Dictionary<string, byte[]> read)
    {
        Assert.Equal(ImageReader.Of(files), read);
        return true;
    }
}
