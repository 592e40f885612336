using Firstlight.Inventory.Own.Model;

namespace Firstlight.Inventory.Own.Checks;

internal static class ServerChecks
{
    // 65,535 characters of base64, Nova's limit, decode to this.
    public const int LargestUserData = 49_149;
    private const int LongestMetadata = 255;
    private const int LongestLabel = 63;

    public static void Run(Report report)
    {
        var cloud = report.Concerned;
        var numbers = new Dictionary<long, Server>();
        foreach (var (key, server) in cloud.Servers)
        {
            report.CheckId(ResourceKind.Server, key, server.Id, server.Name);
            report.CheckName(ResourceKind.Server, key, server.Name);
            report.CheckReference(ResourceKind.Server, key, server.Name, "project", ResourceKind.Project, server.ProjectId);
            var check = new One(report, server);
            check.Texts();
            check.Metadata();
            check.Number(numbers);
        }
        report.CheckUnique(ResourceKind.Server, cloud.Servers.Values, s => (s.ProjectId, s.Name), s => s.Id, "project");
    }

    /// <summary>Labels of letters, digits and hyphens (RFC 1123, 2.1), dots between them.</summary>
    public static bool IsHostname(string text) =>
        text.Length is > 0 and <= 255 && text.Split('.').All(label =>
            label.Length is > 0 and <= LongestLabel && label[0] != '-' && label[^1] != '-' && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'));

    private readonly struct One(Report report, Server server)
    {
        public void Texts()
        {
            if (!IsHostname(server.Hostname)) Add("hostname", $"'{server.Hostname}' is not a host name (letters, digits, hyphens; 63 a label)");
            Text("flavor", server.FlavorName, 1);
            Text("availability_zone", server.AvailabilityZone ?? "-", 1);
            Text("image", server.Image, 0);
            Text("reservation_id", server.ReservationId, 1);
            Text("root_device", server.RootDeviceName ?? "-", 1);
            foreach (var group in server.SecurityGroups) Text("security_groups", group, 1);
            if (server.LaunchIndex < 0) Add("launch_index", $"{server.LaunchIndex} is below 0");
            if (server.KeyName is not null && (server.KeyType is null || server.PublicKey is null)) Add("keypair", $"the key of '{server.KeyName}' was not copied");
            if (server.UserData is { Length: > LargestUserData } data) Add("user_data", $"has {data.Length} bytes, at most {LargestUserData} are allowed");
        }

        public void Metadata()
        {
            var keys = new HashSet<string>(StringComparer.Ordinal);
            foreach (var (key, value) in server.Metadata)
            {
                if (!keys.Add(key)) Add("metadata", $"the key '{key}' is there twice");
                if (key.Length is 0 or > LongestMetadata) Add("metadata", $"a key has {key.Length} characters, 1 to {LongestMetadata} are allowed");
                if (value.Length > LongestMetadata) Add("metadata", $"the value of '{key}' has {value.Length} characters, at most {LongestMetadata} are allowed");
            }
        }

        public void Number(Dictionary<long, Server> numbers)
        {
            var old = report.Before.Servers.GetValueOrDefault(server.Id);
            if (old is { Number: not 0 })
            {
                if (old.Number != server.Number) Add("number", $"is {old.Number} and cannot become {server.Number}");
            }
            else if (server.Number is < 0 or > int.MaxValue)
            {
                Add("number", $"{server.Number} is not from 1 to {int.MaxValue}");
            }
            if (server.Number == 0 || numbers.TryAdd(server.Number, server)) return;

            // Of two, the one that came in with this change is told off.
            var other = numbers[server.Number];
            var (newer, older) = old is not null && !report.Before.Servers.ContainsKey(other.Id) ? (other, server) : (server, other);
            report.Add(ResourceKind.Server, newer.Id, newer.Name, "number", $"{server.Number} is the number of server {older.Name} already");
        }

        private void Text(string field, string text, int shortest) =>
            report.CheckText(ResourceKind.Server, server.Id, server.Name, field, text, shortest, Report.LongestName);

        private void Add(string field, string rule) => report.Add(ResourceKind.Server, server.Id, server.Name, field, rule);
    }
}
