using System.Text;
using System.Text.Json;
using Firstlight.Api.Tests.Support;
using Firstlight.Cli;
using Firstlight.Metadata.Tests.ConfigDrive;
using Firstlight.Tests.Support;

namespace Firstlight.Tests.Cli;

/// <summary>From a cloud file to what a reader finds in the image.</summary>
public sealed class ConfigDriveVerbTests : IDisposable
{
    private const string CloudFile =
        """
        networks:
          - {name: blue, project: red}
        subnets:
          - {name: blue-v4, network: blue, cidr: 10.0.0.0/24}
        servers:
          - name: web-1
            project: red
            user_data: "#cloud-config geheim"
            ports:
              - {network: blue}
        """;

    private static readonly string Golden = Path.Combine(Repository.Root, "tests");
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private string Image => Path.Combine(_directory.Path, "drive");

    private Task<(int Code, string Output, string Error)> RunAsync(string config, params string[] arguments) =>
        ProgramRun.RunAsync([.. arguments, "--config-file", _directory.Write("f.conf", config), "--state-path", _directory.Path]);

    private async Task<string> GoodAsync(string config, params string[] arguments)
    {
        var (code, output, error) = await RunAsync(config, arguments);
        Assert.Equal((ExitCodes.Ok, ""), (code, error));
        return output;
    }

    private Task ApplyAsync() => GoodAsync("", "apply", _directory.Write("cloud.yaml", CloudFile));

    private ImageReader Read() => ImageReader.Of(async stream => await stream.WriteAsync(await File.ReadAllBytesAsync(Image)));

    [Theory]
    [InlineData("plain")]
    [InlineData("nodata")]
    [InlineData("routed")]
    [InlineData("unicode")]
    [InlineData("x509-multi")]
    [InlineData("pwtarget")]
    public async Task A_drive_of_our_inventory_has_what_Nova_puts_on_the_same_servers(string recorded)
    {
        var config = $"[api]\nvendordata_jsonfile_path = {Golden}/Api/Golden/vendor_data.static.json\n[firstlight]\nstrict_nova = true\nnewest_version = 2020-10-14\n";
        await GoodAsync("", "apply", Path.Combine(Golden, "Conformance", "Golden", "cloud.yaml"));
        var instance = await IdOfAsync(recorded);

        await GoodAsync(config, "configdrive", instance, "-o", Image);

        using var image = Read();
        var expected = RecordedDrive.Read("default", recorded).Files.ToDictionary(file => file.Path, file => Encoding.Latin1.GetString(file.Content), StringComparer.Ordinal);
        var actual = image.IsoFiles().ToDictionary(file => file.Key, file => Encoding.Latin1.GetString(RecordedDrive.WithoutSeed(file.Value, out _)), StringComparer.Ordinal);
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), actual.Keys.Order(StringComparer.Ordinal));
        Assert.All(expected, file => Assert.Equal(file.Value, actual[file.Key]));
    }

    [Fact]
    public async Task It_says_what_it_wrote_and_only_the_owner_may_read_it()
    {
        await ApplyAsync();

        var said = await GoodAsync("", "configdrive", "web-1", "-o", Image);

        Assert.Equal($"{Image}: iso9660, 49 files, {new FileInfo(Image).Length} bytes\n", said);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Image));
        using var image = Read();
        Assert.Contains("\nVolume id: config-2\n", image.Run("isoinfo", "-d", "-i", image.Image), StringComparison.Ordinal);
        Assert.Equal("#cloud-config geheim", Encoding.UTF8.GetString(image.IsoFiles()["openstack/latest/user_data"]));
    }

    [Theory]
    [InlineData("", "--format", "vfat")]
    [InlineData("[DEFAULT]\nconfig_drive_format = vfat\n")]
    public async Task A_vfat_disk_is_made_where_it_is_asked_for(string config, params string[] more)
    {
        await ApplyAsync();

        await GoodAsync(config, ["configdrive", "web-1", "-o", Image, .. more]);

        using var image = Read();
        Assert.Equal("#cloud-config geheim", Encoding.UTF8.GetString(image.FatFiles()["ec2/latest/user-data"]));
    }

    [Fact]
    public async Task Versions_are_skipped_and_host_names_end_as_Novas_options_say()
    {
        await ApplyAsync();

        await GoodAsync("[api]\nconfig_drive_skip_versions = 1.0 latest\ndhcp_domain = example.org\n", "configdrive", "web-1", "-o", Image);

        using var image = Read();
        var files = image.IsoFiles();
        Assert.Equal("2007-01-19", files.Keys.Where(path => path.StartsWith("ec2/", StringComparison.Ordinal)).Select(path => path.Split('/')[1]).Min(StringComparer.Ordinal));
        Assert.DoesNotContain("ec2/latest/meta-data.json", files.Keys);
        Assert.Contains("\"hostname\": \"web-1.example.org\"", Encoding.UTF8.GetString(files["openstack/latest/meta_data.json"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no server", "configdrive", "web-2", "-o", "drive")]
    [InlineData("there is no such directory", "configdrive", "web-1", "-o", "none/drive")]
    [InlineData("that is a directory", "configdrive", "web-1", "-o", ".")]
    public async Task What_cannot_be_done_is_one_line_and_leaves_nothing(string why, params string[] line)
    {
        await ApplyAsync();
        line[3] = Path.Combine(_directory.Path, line[3]);

        var (code, output, error) = await RunAsync("", line);

        Assert.Equal((ExitCodes.Refused, ""), (code, output));
        Assert.Contains(why, Assert.Single(error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.GetFiles(_directory.Path), file => Path.GetFileName(file).StartsWith("drive", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Services_of_vendor_data_are_asked_once_for_the_drive()
    {
        await ApplyAsync();
        await using var services = await VendorDataService.StartAsync();

        await GoodAsync(Dynamic($"list@{services.Address("/list")}, bad@{services.Address("/error")}"), "configdrive", "web-1", "-o", Image);

        using var image = Read();
        var files = image.IsoFiles();
        const string document = """{"static": {}, "list": ["a", 1, null], "bad": {}}""";
        Assert.Equal(document, Encoding.UTF8.GetString(files["openstack/2016-10-06/vendor_data2.json"]));
        Assert.Equal(document, Encoding.UTF8.GetString(files["openstack/latest/vendor_data2.json"]));
        Assert.Equal(2, services.Received.Count);
    }

    [Fact]
    public async Task A_service_whose_failure_is_fatal_ends_the_drive()
    {
        await ApplyAsync();
        await using var services = await VendorDataService.StartAsync();

        var (code, _, error) = await RunAsync(
            Dynamic($"bad@{services.Address("/error")}") + "vendordata_dynamic_failure_fatal = true\n", "configdrive", "web-1", "-o", Image);

        Assert.Equal(ExitCodes.Unavailable, code);
        Assert.Contains("vendordata_dynamic_targets", error, StringComparison.Ordinal);
        Assert.False(File.Exists(Image));
    }

    private static string Dynamic(string targets) => $"[api]\nvendordata_providers = StaticJSON, DynamicJSON\nvendordata_dynamic_targets = {targets}\n";

    [Fact]
    public async Task A_drive_that_cannot_be_made_leaves_the_one_that_was_there()
    {
        await ApplyAsync();
        await File.WriteAllTextAsync(Image, "before");
        var broken = _directory.Write("vendor.json", "{");

        var (code, _, error) = await RunAsync($"[api]\nvendordata_jsonfile_path = {broken}\n", "configdrive", "web-1", "-o", Image);

        Assert.Equal(ExitCodes.Refused, code);
        Assert.Contains("openstack/2013-10-17/vendor_data.json", Assert.Single(error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
        Assert.Equal("before", await File.ReadAllTextAsync(Image));
    }

    [Fact]
    public async Task Standard_output_takes_an_image_unless_it_is_a_terminal()
    {
        await ApplyAsync();
        var dotnet = Path.GetFileName(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath : "dotnet";
        var command = $"{dotnet} {Path.Combine(AppContext.BaseDirectory, "firstlight.dll")} configdrive web-1 -o - --state-path {_directory.Path}";
        using var shell = ImageReader.Of(_ => Task.CompletedTask);

        shell.Run("bash", "-c", $"{command} > {Image}");
        var refusal = shell.Run("bash", "-c", $"script -qec '{command}' /dev/null </dev/null || echo code $?");

        using var image = Read();
        Assert.Contains("openstack/latest/meta_data.json", image.IsoFiles().Keys);
        Assert.Contains("nothing for a terminal", refusal, StringComparison.Ordinal);
        Assert.Contains("code 2", refusal, StringComparison.Ordinal);
    }

    private async Task<string> IdOfAsync(string recorded)
    {
        var seed = await File.ReadAllTextAsync(Path.Combine(Golden, "Api", "Golden", "instances.json"));
        using var json = JsonDocument.Parse(seed);
        return json.RootElement.GetProperty(recorded).GetProperty("Id").GetProperty("Value").GetString()!;
    }
}
