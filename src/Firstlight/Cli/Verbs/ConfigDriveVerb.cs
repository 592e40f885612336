using System.CommandLine;
using Firstlight.Cli.Output;
using Firstlight.Configuration;
using Firstlight.Inventory.Own;
using Firstlight.Inventory.Own.Model;
using Firstlight.Logging;
using Firstlight.Metadata.ConfigDrive;
using Firstlight.Metadata.ConfigDrive.Iso9660;
using Firstlight.Metadata.ConfigDrive.Vfat;
using Firstlight.Metadata.Identity;
using Firstlight.Roles;

namespace Firstlight.Cli.Verbs;

/// <summary><c>configdrive INSTANCE -o FILE</c>: the documents of a server as a disk image, for guests without network.</summary>
internal static class ConfigDriveVerb
{
    private const string StandardOutput = "-";
    private const string Iso = "iso9660";
    private const string Vfat = "vfat";

    /// <summary>The verb.</summary>
    public static Command Build(GlobalOptions globals)
    {
        var instance = new Argument<string>("INSTANCE") { Description = "Server name or id." };
        var file = new Option<string>("--output-file", "-o")
        {
            Description = "File to write, mode 0600: it holds user data and keys. - for standard output.", HelpName = "FILE", Required = true,
        };
        var format = Options.Text("--format", "iso9660 or vfat (a disk of 64 MiB); config_drive_format of the configuration if not given.", $"{Iso}|{Vfat}");
        format.AcceptOnlyFromAmong(Iso, Vfat);
        var project = Options.Among();

        // What a drive tells is what the API of a standalone tells, so the configuration is that of one.
        var verb = new Verb(
            "configdrive", "Write a server's documents as a config drive (label config-2).",
            "firstlight configdrive web-1 -o web-1.iso",
            "firstlight configdrive web-1 -o web-1.iso     # qemu-system-x86_64 … -drive file=web-1.iso,media=cdrom,readonly=on",
            "firstlight configdrive web-1 -o web-1.iso     # virsh attach-disk web-1 $PWD/web-1.iso sda --type cdrom --config",
            "firstlight configdrive web-1 -o web-1.img --format vfat     # qemu-system-x86_64 … -drive file=web-1.img,format=raw,if=virtio",
            "firstlight configdrive web-1 -o - > /srv/images/web-1.iso") { Role = ProgramRole.Standalone };
        verb.Add(instance);
        foreach (var option in (Option[])[file, format, project]) verb.Add(option);
        verb.SetAction(async (parse, cancellationToken) =>
        {
            var settings = Settings.Load(globals.Sources(parse, ProgramRole.Standalone));
            var path = parse.GetRequiredValue(file);
            if (path == StandardOutput && !Console.IsOutputRedirected)
                throw new ProgramEndException(ExitCodes.Usage, "configdrive: an image is nothing for a terminal; redirect standard output or name a file");

            using var inventory = globals.OpenInventory(parse);
            var id = new InstanceId(Planner.Resolve(inventory.Read(), ResourceKind.Server, parse.GetRequiredValue(instance), parse.GetValue(project)));
            using var loggers = Logs.Create(settings.Log);
            var files = await new ConfigDriveContent(settings, inventory.Instances, loggers).OfAsync(id, cancellationToken);
            await WriteAsync(parse, path, parse.GetValue(format) ?? settings.ConfigDrive.Format, files, cancellationToken);
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static async Task WriteAsync(ParseResult parse, string path, string format, IReadOnlyCollection<DriveFile> files, CancellationToken cancellationToken)
    {
        var label = new DriveLabel(Publisher(), TimeProvider.System.GetUtcNow());
        try
        {
            if (path == StandardOutput)
            {
                await parse.InvocationConfiguration.Output.FlushAsync(cancellationToken);
                await using var output = Console.OpenStandardOutput();
                await ImageAsync(output, cancellationToken);
                return;
            }

            var length = await PrivateFile.WriteAsync(path, ImageAsync, cancellationToken);
            await parse.InvocationConfiguration.Output.WriteLineAsync($"{path}: {format}, {files.Count} files, {length} bytes");
        }
        catch (ConfigDriveException e)
        {
            throw new ProgramEndException(ExitCodes.Refused, $"no config drive: {e.Message}", e);
        }

        Task ImageAsync(Stream output, CancellationToken token) =>
            format == Vfat ? VfatImage.WriteAsync(files, label, output, token) : Iso9660Image.WriteAsync(files, label, output, token);
    }

    // As Nova puts its name and version there.
    private static string Publisher() => $"Firstlight {VersionAction.Text().Split(' ')[1]}";
}
