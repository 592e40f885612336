using System.Text;
using Firstlight.Inventory.Own.Model;
using Firstlight.Inventory.Own.Yaml;

namespace Firstlight.Inventory.Own;

/// <summary>The declarative cloud file (YAML). Its format is described in docs/cloud-file.md.</summary>
public static class CloudFile
{
    private const int LargestFile = 1024 * 1024;

    /// <summary>Parses a cloud file. References between its things are resolved later, by <see cref="Planner.Apply"/>.</summary>
    /// <param name="yaml">Its text, at most 1 MiB of UTF-8; an empty one asks for nothing.</param>
    /// <param name="directory">Where relative <c>user_data_file</c> paths start.</param>
    /// <exception cref="InventoryRuleException">Every mistake with line, field and rule: unknown fields, wrong types, bad addresses (the first hundred of very many).</exception>
    public static CloudSpec Parse(string yaml, string directory)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        ArgumentNullException.ThrowIfNull(directory);
        var mistakes = new Mistakes();
        if (Encoding.UTF8.GetByteCount(yaml) is var size && size > LargestFile)
        {
            mistakes.Add(1, $"{size} bytes, at most {LargestFile} are read");
            mistakes.Throw();
        }

        var root = new NodeReader(yaml, mistakes).Read();
        var spec = root switch
        {
            MapNode map => new CloudFileReader(mistakes, directory).Read(map),
            null or TextNode { IsNull: true } => new CloudSpec(),
            _ => Wrong(root),
        };
        mistakes.Throw();
        return spec;

        CloudSpec Wrong(Node node)
        {
            mistakes.Add(node.Line, "is not a mapping of projects, networks, subnets, routers, keypairs, ports, servers and floating_ips");
            return new CloudSpec();
        }
    }
}
