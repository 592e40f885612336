using System.Globalization;
using System.Text;
using Firstlight.Api.Tests.Support;
using Firstlight.Metadata.ConfigDrive;
using Firstlight.Metadata.Documents;
using Firstlight.Metadata.Documents.OpenStack;

namespace Firstlight.Metadata.Tests.ConfigDrive;

/// <summary>The files of every recorded drive, path for path and byte for byte, in Nova's order.</summary>
public sealed class ConfigDriveReplayTests
{
    public static TheoryData<string, string> Drives()
    {
        var drives = new TheoryData<string, string>();
        foreach (var file in Directory.GetFiles(RecordedDrive.Folder, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            drives.Add(Path.GetFileName(Path.GetDirectoryName(file))!, Path.GetFileNameWithoutExtension(file));
        return drives;
    }

    [Theory]
    [MemberData(nameof(Drives))]
    public void A_drive_has_what_Nova_puts_on_it(string configuration, string instance)
    {
        var recorded = RecordedDrive.Read(configuration, instance);
        if (recorded.Fails is not null)
        {
            Assert.Throws<ConfigDriveException>(() => Make(configuration, instance));
            return;
        }

        var files = Make(configuration, instance);

        Assert.Equal(recorded.Files.Select(file => file.Path), files.Select(file => file.Path));
        foreach (var (expected, actual) in recorded.Files.Zip(files))
        {
            var content = RecordedDrive.WithoutSeed(actual.Content.Span, out _);
            Assert.True(expected.Content.AsSpan().SequenceEqual(content), $"{expected.Path}\n{Encoding.UTF8.GetString(expected.Content)}\n{Encoding.UTF8.GetString(content)}");
        }
    }

    [Fact]
    public void All_recorded_drives_are_replayed() => Assert.Equal(37, Drives().Count);

    [Fact]
    public void Each_version_has_a_seed_of_its_own()
    {
        var seeds = new List<string>();
        foreach (var file in Make("default", "plain").Where(file => file.Path.EndsWith("/meta_data.json", StringComparison.Ordinal)))
        {
            RecordedDrive.WithoutSeed(file.Content.Span, out var seed);
            if (seed is not null) seeds.Add(seed);
        }

        Assert.Equal(9, seeds.Distinct().Count());
        Assert.All(seeds, seed => Assert.Equal(512, Convert.FromBase64String(seed).Length));
    }

    internal static IReadOnlyList<DriveFile> Make(string configuration, string instance)
    {
        var settings = new SnapshotSettings { StrictNova = true, NewestVersion = OpenStackVersions.Zed };
        var options = new ConfigDriveOptions();
        var vendorData = StaticVendorData.Parse(File.ReadAllBytes(RecordedInstances.VendorDataFile));
        switch (configuration)
        {
            case "bare":
                settings = settings with { DhcpDomain = "" };
                vendorData = StaticVendorData.None;
                break;
            case "all-ec2-versions": options = options with { SkippedVersions = [] }; break;
            case "odd-skip": options = options with { SkippedVersions = ["1.0", "", "latest", "2018-08-27", "2009-04-04"] }; break;
            case "no-static": settings = settings with { VendorDataProviders = ["DynamicJSON"] }; break;
        }

        var snapshot = new Snapshot(
            RecordedInstances.All[instance], settings, vendorData, clientAddress: null, DateOnly.Parse("2012-12-12", CultureInfo.InvariantCulture));
        return ConfigDriveFiles.Of(snapshot, options);
    }
}
