using System.Globalization;
using Firstlight.Metadata.ConfigDrive;
using Firstlight.Metadata.ConfigDrive.Vfat;
using FsCheck;
using FsCheck.Fluent;

namespace Firstlight.Metadata.Tests.ConfigDrive;

/// <summary>Images as mtools, fsck.fat and blkid read them.</summary>
public sealed class VfatImageTests
{
    private static readonly DriveLabel Label = new("", DateTimeOffset.Parse("2026-11-20T13:14:15+02:00", CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("plain")]
    [InlineData("big")]
    [InlineData("injected")]
    public void A_config_drive_is_read_back(string instance)
    {
        var files = ConfigDriveReplayTests.Make("all-ec2-versions", instance);
        using var image = Written(files);

        Assert.Equal(ImageReader.Of(files), image.FatFiles());
    }

    [Fact]
    public void Any_tree_is_read_back_and_found_in_order() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(12), Prop.ForAll(Trees.Of(harmless: true, maxNameLength: 200).ToArbitrary(), files =>
    {
        using var image = Written(files);
        image.Run("fsck.fat", "-n", "-v", image.Image);
        Assert.Equal(ImageReader.Of(files), image.FatFiles());
        return true;
    }));

    [Fact]
    public void The_volume_has_the_label_that_guests_look_for_and_Novas_size()
    {
        using var image = Written([]);

        Assert.Equal(64L << 20, new FileInfo(image.Image).Length);
        var about = image.Run("blkid", "-p", image.Image);
        Assert.Contains("LABEL=\"config-2\"", about, StringComparison.Ordinal);
        Assert.Contains("LABEL_FATBOOT=\"config-2\"", about, StringComparison.Ordinal);
        Assert.Contains("TYPE=\"vfat\"", about, StringComparison.Ordinal);
        Assert.Contains("VERSION=\"FAT16\"", about, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_may_have_more_entries_than_a_cluster_holds()
    {
        DriveFile[] files = [.. Enumerable.Range(0, 300).Select(i => new DriveFile($"many/a rather long name number {i}.json", new[] { (byte)i }))];
        using var image = Written(files);

        image.Run("fsck.fat", "-n", image.Image);
        Assert.Equal(ImageReader.Of(files), image.FatFiles());
    }

    [Theory]
    [InlineData("a:b", "vfat has no such names")]
    [InlineData("a.", "vfat has no such names")]
    [InlineData("X", "vfat takes upper and lower case for equal, and so is there twice")]
    public async Task A_name_that_vfat_cannot_hold_is_refused(string path, string reason)
    {
        var e = await RefusalAsync(new DriveFile("x", default), new DriveFile(path, default));
        Assert.Equal(reason, e.Reason);
    }

    [Fact]
    public async Task More_than_the_disk_holds_is_refused() => Assert.Equal("the 64 MiB of a vfat drive are full", (await RefusalAsync(new DriveFile("a", new byte[64 << 20]))).Reason);

    private static async Task<ConfigDriveException> RefusalAsync(params DriveFile[] files)
    {
        using var output = new MemoryStream();
        var e = await Assert.ThrowsAsync<ConfigDriveException>(() => VfatImage.WriteAsync(files, Label, output, TestContext.Current.CancellationToken));
        Assert.Equal(0, output.Length);
        return e;
    }

    private static ImageReader Written(IReadOnlyList<DriveFile> files) => ImageReader.Of(file => VfatImage.WriteAsync(files, Label, file, CancellationToken.None));
}
