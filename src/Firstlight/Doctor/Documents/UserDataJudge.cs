using System.Collections.Immutable;
using System.Text;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Firstlight.Doctor.Documents;

/// <summary><c>user_data</c> as cloud-init takes it. Pure. Nothing of its content is told.</summary>
internal static class UserDataJudge
{
    // 65,535 characters of base64: the longest Nova's API takes.
    private const int MostBytes = 49_149;

    // By these beginnings cloud-init knows what to do with it (its user data formats).
    private static readonly ImmutableArray<string> Beginnings =
    [
        "#!", "#cloud-config", "#include", "#upstart-job", "#part-handler", "#cloud-boothook", "#cloud-config-archive", "#cloud-config-jsonp", "## template: jinja",
        "Content-Type:", "MIME-Version:", "From ",
    ];

    public static DocumentVerdict Judge(ReadOnlyMemory<byte> bytes, AskedInstance instance)
    {
        var seen = $"{bytes.Length:N0} bytes";
        if (bytes.Length > MostBytes)
            return DocumentVerdict.Bad(seen, $"larger than the {MostBytes:N0} bytes that Nova takes: guests and config drives are not made for more", "compress it with gzip, or let it fetch the rest by #include");
        if (bytes.IsEmpty) return DocumentVerdict.Odd(seen, "empty", "set no user data at all");
        if (bytes.Span is [0x1f, 0x8b, ..]) return DocumentVerdict.Fine($"{seen}, gzip");
        var text = Encoding.UTF8.GetString(bytes.Span);
        var beginning = Beginnings.Where(b => text.StartsWith(b, StringComparison.OrdinalIgnoreCase)).MaxBy(b => b.Length);
        if (beginning is null)
            return DocumentVerdict.Odd($"{seen} of an unknown kind", "cloud-init ignores user data that does not begin with #cloud-config, #! or another of its marks", "begin it with the mark of its kind");
        return beginning == "#cloud-config" ? OfYaml(text, seen) : DocumentVerdict.Fine($"{seen}, {beginning}");
    }

    private static DocumentVerdict OfYaml(string text, string seen)
    {
        try
        {
            var yaml = new YamlStream();
            yaml.Load(new StringReader(text));
            return yaml.Documents is [] or [{ RootNode: YamlMappingNode }]
                ? DocumentVerdict.Fine($"{seen}, #cloud-config")
                : DocumentVerdict.Bad($"{seen}, #cloud-config", "it is not a mapping: cloud-init ignores it", "write keys with values, such as 'packages: [nginx]'");
        }
        catch (YamlException e)
        {
            return DocumentVerdict.Bad($"{seen}, #cloud-config", $"no YAML from line {e.Start.Line} on: cloud-init ignores all of it", "'cloud-init schema --config-file FILE' shows what is wrong");
        }
    }
}
