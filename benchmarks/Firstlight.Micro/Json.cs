using BenchmarkDotNet.Attributes;
using Firstlight.Metadata.Documents;

namespace Firstlight.Micro;

/// <summary>The writer that writes JSON as Python does.</summary>
public class Json
{
    [Benchmark(Description = "JSON writer: an object of ten members, two arrays")]
    public int Write()
    {
        var json = new PythonJson();
        json.StartObject();
        json.Member("uuid", "e43099e8-148b-52fe-87c3-280fa99d9a7f");
        json.Member("name", "web-1");
        json.Member("hostname", "web-1.novalocal");
        json.Member("availability_zone", "nova");
        json.Member("project_id", "ca17d50f6ac049928cc2fb2217dab93b");
        json.Member("launch_index", 0);
        json.Member("reservation_id", "r-e43099e8");
        json.Member("comment", "tabs\tand \"quotes\" and ünïcode");
        foreach (var list in (string[])["devices", "keys"])
        {
            json.Key(list);
            json.StartArray();
            json.String("first");
            json.Integer(2);
            json.Boolean(true);
            json.EndArray();
        }

        json.EndObject();
        return json.Written.Length;
    }
}
