using Firstlight.Metadata.Documents;
using Firstlight.Metadata.Instances;

namespace Firstlight.Api.VendorData;

/// <summary>What a vendor data service is told of an instance: the body Nova sends, to the byte. It holds user data and is never logged.</summary>
internal static class VendorDataQuestion
{
    public static byte[] About(Instance instance)
    {
        var json = new PythonJson();
        json.StartObject();
        json.Member("project-id", instance.ProjectId.Value);
        json.Member("instance-id", instance.Id.Value);
        json.Member("image-id", instance.ImageRef);
        json.Member("user-data", UserData(instance));
        json.Member("hostname", instance.Hostname);
        json.Key("metadata");
        Metadata(json, instance);
        json.Member("boot-roles", instance.BootRoles);
        json.EndObject();
        return json.ToArray();
    }

    // A store that keeps bytes has no text of its own; encoded anew it is what any client would have stored.
    private static string? UserData(Instance instance) =>
        instance.RawUserData ?? (instance.UserData is { } data ? Convert.ToBase64String(data.Bytes.Span) : null);

    private static void Metadata(PythonJson json, Instance instance)
    {
        var items = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in instance.Metadata) items[key] = value;

        json.StartObject();
        foreach (var (key, value) in items) json.Member(key, value);
        json.EndObject();
    }
}
