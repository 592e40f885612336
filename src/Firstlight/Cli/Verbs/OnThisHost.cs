using System.Globalization;
using Firstlight.Cli.Views;
using Firstlight.Configuration;
using Firstlight.Roles;

namespace Firstlight.Cli.Verbs;

/// <summary>How a network or router fares on this host, as the role says that keeps it.</summary>
internal static class OnThisHost
{
    /// <summary>In one line.</summary>
    public static async Task<string> OfAsync(Settings settings, string id, CancellationToken cancellationToken)
    {
        var agents = await new AgentsOfThisHost(RunDirectory.ToRead(settings)).FindAsync(cancellationToken);
        return Of(agents.Select(a => a.Networks).FirstOrDefault(n => n is not null && string.Equals(n.StatePath, settings.StatePath, StringComparison.Ordinal)), id);
    }

    internal static string Of(HostNetworksView? networks, string id)
    {
        if (networks is null) return "nobody keeps it: no role with this state path runs here";
        if (networks.Failing.FirstOrDefault(f => f.Id == id) is { } failing)
            return $"fails since {failing.Since.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)} ({failing.Attempts} attempts): {failing.Reason}";
        return networks.Outstanding == 0 ? "in order" : $"in order, or among the {networks.Outstanding} that are still to be looked at";
    }
}
