using System.Text.Json;
using Firstlight.Plumbing.Processes;

namespace Firstlight.Lab;

/// <summary>What a guest was told when it asked, beside what the inventory says of it.</summary>
/// <param name="Guest">Who asked.</param>
/// <param name="Name">Name it was told, null when it got no answer.</param>
/// <param name="Uuid">UUID it was told.</param>
/// <param name="Address">Address it has on its first interface.</param>
/// <param name="Problem">Why there is no answer, or what differs; null when all is right.</param>
internal sealed record FetchResult(Guest Guest, string? Name, string? Uuid, string? Address, string? Problem)
{
    public bool IsRight => Problem is null;
}

/// <summary>Asks for metadata from inside a guest, with curl, as a guest would.</summary>
/// <param name="programs">Runs programs.</param>
internal sealed class GuestFetch(LabPrograms programs)
{
    public async Task<FetchResult> FetchAsync(Guest guest, CancellationToken cancellationToken)
    {
        var addresses = await AddressesAsync(guest, cancellationToken);
        var address = addresses is [var first, ..] ? first : null;
        var answer = await CurlAsync(guest, "/openstack/latest/meta_data.json", cancellationToken);
        if (answer.ExitCode != 0)
            return new FetchResult(guest, null, null, address, FirstLine(answer.Error) ?? $"curl ended with {answer.ExitCode}");

        try
        {
            using var document = JsonDocument.Parse(answer.Output);
            var name = document.RootElement.GetProperty("name").GetString();
            var uuid = document.RootElement.GetProperty("uuid").GetString();
            return new FetchResult(guest, name, uuid, address, Compare(guest, name, uuid, addresses));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return new FetchResult(guest, null, null, address, "the answer is not a meta_data.json");
        }
    }

    /// <summary>Global addresses of the guest's first interface, as its kernel has them.</summary>
    private async Task<IReadOnlyList<string>> AddressesAsync(Guest guest, CancellationToken cancellationToken)
    {
        var result = await programs.TryRunAsync(
            "reading a guest's addresses", "ip", ["-n", guest.Namespace, "-br", "addr", "show", "dev", "eth0", "scope", "global"], cancellationToken);
        return [.. result.Output.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Skip(2).Select(a => a.Split('/')[0])];
    }

    private Task<ProcessResult> CurlAsync(Guest guest, string path, CancellationToken cancellationToken) =>
        programs.TryRunAsync(
            "asking for metadata", "ip", ["netns", "exec", guest.Namespace, "curl", "-gsSf", "--max-time", "10", guest.Url + path], cancellationToken);

    private static string? Compare(Guest guest, string? name, string? uuid, IReadOnlyList<string> addresses)
    {
        if (uuid != guest.Server.Id) return $"was told uuid {uuid}, is {guest.Server.Id}";
        if (name != guest.Server.Name) return $"was told name {name}, is {guest.Server.Name}";
        return addresses.Contains(guest.Address) ? null : $"has address {string.Join(", ", addresses)}, the inventory says {guest.Address}";
    }

    private static string? FirstLine(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
}
