using Firstlight.Metadata.Instances;

namespace Firstlight.Metadata.Documents.OpenStack;

/// <summary><c>meta_data.json</c>: identity, metadata, keys and devices.</summary>
internal static class MetaDataDocument
{
    public static SnapshotEntry Render(Instance instance, string? hostname, bool hasNetworkTemplate, int version)
    {
        var json = new PythonJson();
        var seed = -1;
        json.StartObject();
        json.Member("uuid", instance.Id.Value);
        Metadata(json, instance);
        if (hasNetworkTemplate) NetworkTemplate(json);
        Keys(json, instance);
        json.Member("hostname", hostname);
        json.Member("name", instance.Name);
        json.Member("launch_index", instance.LaunchIndex);
        json.Member("availability_zone", instance.AvailabilityZone);
        if (version >= OpenStackVersions.Password)
        {
            json.Key("random_seed");
            seed = json.Reserve(RandomSeed.Length);
        }

        if (version >= OpenStackVersions.NetworkData) json.Member("project_id", instance.ProjectId.Value);
        if (version >= OpenStackVersions.Devices)
        {
            json.Key("devices");
            DeviceList.Write(json, instance.Devices, version);
        }

        if (version >= OpenStackVersions.DedicatedCpus)
        {
            json.Key("dedicated_cpus");
            json.StartArray();
            foreach (var cpu in instance.DedicatedCpus) json.Integer(cpu);
            json.EndArray();
        }

        json.EndObject();
        return seed < 0
            ? SnapshotEntry.Document(ContentTypes.Json, json.ToArray())
            : SnapshotEntry.Seeded(ContentTypes.Json, json.ToArray(), seed);
    }

    private static void Metadata(PythonJson json, Instance instance)
    {
        if (instance.Metadata.IsEmpty) return;

        var items = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in instance.Metadata) items[key] = value;
        json.Key("meta");
        json.StartObject();
        foreach (var (key, value) in items) json.Member(key, value);
        json.EndObject();
    }

    private static void NetworkTemplate(PythonJson json)
    {
        json.Key("network_config");
        json.StartObject();
        json.Member("name", "network_config");
        json.Member("content_path", "/content/0000");
        json.EndObject();
    }

    // The pair stored with the instance, not the key text of the EC2 tree: they can differ.
    private static void Keys(PythonJson json, Instance instance)
    {
        if (string.IsNullOrEmpty(instance.KeyName) || instance.KeyPairs.IsEmpty) return;

        var key = instance.KeyPairs[0];
        json.Key("public_keys");
        json.StartObject();
        json.Member(key.Name, key.PublicKey);
        json.EndObject();
        json.Key("keys");
        json.StartArray();
        json.StartObject();
        json.Member("name", key.Name);
        json.Member("type", key.Type);
        json.Member("data", key.PublicKey);
        json.EndObject();
        json.EndArray();
    }
}
