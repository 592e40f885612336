using Firstlight.Inventory.Own.Model;
using Firstlight.System.Tests.Support;

namespace Firstlight.System.Tests.Chaos;

/// <summary>A cloud, and what a host looks like that has carried it in peace.</summary>
/// <param name="Name">For a person.</param>
/// <param name="Cloud">The cloud, DHCP ports included.</param>
/// <param name="Parts">Its parts.</param>
/// <param name="Standing">What stands of each part.</param>
/// <param name="Census">All of it by name.</param>
internal sealed record Scene(string Name, Cloud Cloud, IReadOnlyList<Part> Parts, IReadOnlyDictionary<Part, string> Standing, string Census)
{
    /// <summary>Whether guests are served in it on the way that they know.</summary>
    public bool Serves(AskedWay way)
    {
        var network = Cloud.Networks.Values.FirstOrDefault(n => n.Name == way.Network);
        if (network is null || Cloud.Servers.Values.All(s => s.Name != way.Guest)) return false;
        return way.Through is null || Cloud.Ports.Values.Any(p => p.NetworkId == network.Id && Cloud.Routers.GetValueOrDefault(p.DeviceId)?.Name == way.Through);
    }

    /// <summary>Waits until the host looks like it, to the letter.</summary>
    public async Task ComeAboutAsync(string stateDirectory, IReadOnlyCollection<Part> known)
    {
        var difference = "";
        try
        {
            await Eventually.TrueAsync(async () => (difference = await DifferenceAsync(stateDirectory, known)).Length == 0, "the difference is gone");
        }
        catch (Exception) when (difference.Length > 0)
        {
            Assert.Fail($"the host is not as it was with the {Name} cloud:\n{difference}");
        }
    }

    private async Task<string> DifferenceAsync(string stateDirectory, IReadOnlyCollection<Part> known)
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
