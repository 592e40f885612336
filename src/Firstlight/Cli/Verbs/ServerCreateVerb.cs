using System.CommandLine;
using Firstlight.Cli.Output;
using Firstlight.Inventory.Own.Model;

namespace Firstlight.Cli.Verbs;

/// <summary><c>server create</c>.</summary>
internal static class ServerCreateVerb
{
    /// <summary>The verb.</summary>
    public static Verb Build(GlobalOptions globals)
    {
        var name = Options.Name("server");
        var project = Options.Owner();
        var nics = Options.Many(
            "--nic", "Network interface on a network, in the order they are attached; may be repeated.", "NETWORK[,ip=ADDRESS][,mac=MAC][,name=PORT]",
            "NETWORK[,ip=ADDRESS][,mac=MAC][,name=PORT]", Parts.Nic, "--network");
        var hostname = Options.Text("--hostname", "Host name; made from the name if not given.", "HOSTNAME");
        var keyPair = Options.Text("--key-name", "Key pair of the same project.", "KEYPAIR");
        var userData = Options.Text("--user-data", "File whose bytes are the user data; - for standard input.", "FILE");
        var properties = Options.Many("--property", "Metadata item; may be repeated.", "KEY=VALUE", "KEY=VALUE", Parts.Property);
        var zone = Options.Text("--availability-zone", "Availability zone; nova if not given.", "ZONE");
        var flavor = Options.Text("--flavor", "Flavor name; m1.small if not given.", "FLAVOR");
        var image = Options.Text("--image", "Image UUID or name.", "IMAGE");
        var groups = Options.Texts("--security-group", "Security group name; may be repeated; default if not given.", "GROUP");
        var launchIndex = new Option<int?>("--launch-index") { Description = "Index within a multi-create request.", HelpName = "N" };
        var reservation = Options.Text("--reservation-id", "Reservation; made from the id if not given.", "R-ID");
        var rootDevice = Options.Text("--root-device", "Root device; /dev/vda if not given.", "DEVICE");
        var number = new Option<long?>("--number") { Description = "Number behind the EC2 id i-%08x; the next one if not given.", HelpName = "N" };
        var id = Options.Id();

        return new Verb(
            "create", "Create a server with its ports.",
            "firstlight server create web-1 --nic blue --key-name ops --user-data cloud-config.yaml",
            "firstlight server create db-1 --project red --nic blue,ip=10.0.0.20 --nic storage --property role=db")
        {
            name, project, nics, hostname, keyPair, userData, properties, zone, flavor, image, groups, launchIndex, reservation, rootDevice, number, id,
        }.Creates(globals, Resources.Server, parse => new CloudSpec
        {
            Servers =
            [
                new ServerSpec
                {
                    Name = parse.GetRequiredValue(name),
                    Id = parse.GetValue(id),
                    Project = parse.GetRequiredValue(project),
                    Hostname = parse.GetValue(hostname),
                    KeyPair = parse.GetValue(keyPair),
                    UserData = parse.GetValue(userData) is { } file ? [.. InputFile.Bytes(file)] : null,
                    Metadata = [.. parse.All(properties).Select(p => KeyValuePair.Create(p[0], p[1]))],
                    AvailabilityZone = parse.GetValue(zone),
                    Flavor = parse.GetValue(flavor),
                    Image = parse.GetValue(image),
                    SecurityGroups = parse.All(groups),
                    LaunchIndex = parse.GetValue(launchIndex),
                    ReservationId = parse.GetValue(reservation),
                    RootDevice = parse.GetValue(rootDevice),
                    Number = parse.GetValue(number),
                    Ports = parse.All(nics),
                },
            ],
        });
    }
}
