using Firstlight.Inventory.Own.Model;

namespace Firstlight.System.Tests.Chaos;

/// <summary>A cloud, and what a host looks like that has carried it in peace.</summary>
/// <param name="Name">For a person.</param>
/// <param name="Cloud">The cloud, DHCP ports included.</param>
/// <param name="Parts">Its parts.</param>
/// <param name="Standing">What stands of each part.</param>
/// <param name="Census">All of it by name.</param>
internal sealed record Scene(string Name, Cloud Cloud, IReadOnlyList<Part> Parts, IReadOnlyDictionary<Part, string> Standing, string Census)
{
    /// <summary>Whether guests on a way are served in it.</summary>
    public bool Serves(AskedWay way) => Cloud.Servers.Values.Any(s => s.Name == way.Guest) && Cloud.Networks.Values.Any(n => n.Name == way.Network)
        && (way.Through is null || Cloud.Routers.Values.Any(r => r.Name == way.Through));

    /// <summary>What differs from it on the host now; empty for nothing.</summary>
    public async Task<string> DifferenceAsync(string stateDirectory, IReadOnlyCollection<Part> known)
    {
        var census = await Chaos.Census.TakeAsync(stateDirectory, known);
        if (census != Census) return Chaos.Standing.Difference(Census, census);
        foreach (var part in Parts)
        {
            var found = await Chaos.Standing.ReadAsync(part);
            if (found != Standing[part]) return $"{part.Name}:\n{Chaos.Standing.Difference(Standing[part], found)}";
        }

        return "";
    }
}
