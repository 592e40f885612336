using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;

namespace Firstlight.Lab;

/// <summary>One guest as <c>lab status</c> shows it.</summary>
/// <param name="Guest">Name.</param>
/// <param name="Project">Project name.</param>
/// <param name="Network">Network name.</param>
/// <param name="Address">Fixed address.</param>
/// <param name="Path">How it reaches metadata.</param>
/// <param name="Listener">Where its requests arrive, or why they do not.</param>
/// <param name="LastFetch">When it last asked, and for what; empty before.</param>
internal sealed record GuestStatus(string Guest, string Project, string Network, string Address, string Path, string Listener, string LastFetch);

/// <summary>Joins what the inventory knows of the guests with what the running standalone says of its listeners.</summary>
internal static class LabStatus
{
    /// <summary>Asks the standalone's management address; without an answer the guests are shown as not served.</summary>
    public static async Task<IReadOnlyList<GuestStatus>> OfAsync(IReadOnlyList<Guest> guests, Uri management, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        try
        {
            using var document = JsonDocument.Parse(await client.GetStringAsync(new Uri(management, "/status"), cancellationToken));
            return [.. guests.Select(guest => Of(guest, document.RootElement))];
        }
        catch (Exception e) when (e is HttpRequestException or SocketException or TaskCanceledException or JsonException && !cancellationToken.IsCancellationRequested)
        {
            return [.. guests.Select(guest => Row(guest, "standalone does not answer", ""))];
        }
    }

    private static GuestStatus Of(Guest guest, JsonElement status) => Row(guest, ListenerOf(guest, status), LastFetchOf(guest, status));

    private static string ListenerOf(Guest guest, JsonElement status)
    {
        foreach (var listener in status.GetProperty("listeners").EnumerateArray())
        {
            if (listener.GetProperty("scope_id").GetString() != guest.ScopeId) continue;
            var address = listener.GetProperty("address").GetString()!;
            if (address.Contains(':', StringComparison.Ordinal) == guest.HasV4) continue;
            return listener.GetProperty("problem").GetString() ?? $"{address} port {listener.GetProperty("port").GetInt32()}";
        }
        return "none";
    }

    private static string LastFetchOf(Guest guest, JsonElement status)
    {
        foreach (var fetch in status.GetProperty("fetches").EnumerateArray())
        {
            if (fetch.GetProperty("instance_id").GetString() != guest.Server.Id) continue;
            var at = fetch.GetProperty("at").GetDateTimeOffset().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
            return $"{at} {fetch.GetProperty("status").GetInt32()} {fetch.GetProperty("target").GetString()}";
        }
        return "";
    }

    private static GuestStatus Row(Guest guest, string listener, string lastFetch) => new(
        guest.Server.Name, guest.Cloud.Projects[guest.Server.ProjectId].Name, guest.Network.Name, guest.Address,
        guest.Path == GuestPath.Router ? "router" : "dhcp", listener, lastFetch);
}
