using System.Globalization;

namespace Firstlight.Bench.Machine;

/// <summary>
/// Room for as many neighbours as there are guests: the kernel keeps 1,024 for all namespaces together and drops packets beyond. Whoever serves thousands of
/// guests on one host raises it, whatever serves them.
/// </summary>
internal static class NeighbourTable
{
    private const int Room = 16_384;

    public static void Raise(Undo undo)
    {
        // From the largest down, since the smaller ones must not pass it; and back the other way round.
        foreach (var name in (string[])["gc_thresh3", "gc_thresh2", "gc_thresh1"])
        {
            var file = $"/proc/sys/net/ipv4/neigh/default/{name}";
            var before = File.ReadAllText(file);
            if (int.Parse(before, CultureInfo.InvariantCulture) >= Room) continue;
            undo.Add(name, () => File.WriteAllTextAsync(file, before));
            File.WriteAllText(file, Room.ToString(CultureInfo.InvariantCulture));
        }
    }
}
