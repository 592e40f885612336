using Firstlight.Conformance.Tests.Live;
using Firstlight.Tests.Support;

namespace Firstlight.Conformance.Tests.Neutron;

/// <summary>One question of a guest and what it was told.</summary>
internal sealed record GuestAnswer(Question Question, RawResponse Response);

/// <summary>Asks everything a guest can ask: what listings name, spellings, methods, and headers it has no business sending.</summary>
internal static class GuestCrawl
{
    private const string Document = "/openstack/latest/meta_data.json";

    // One more forwarding header makes Neutron 21 fail; refusing or answering for the true guest is as good.
    public const string ForwardedFor = "forged forwarding header";

    private static readonly string[] Spellings =
    [
        "/openstack//latest/", "//openstack", "/openstack/latest/meta%5Fdata.json", Document + "?a=b&c=%20d", Document + "/x", "/openstack/latest/nothing", "/latest/meta-data/hostname/x",
        "/latest/meta-data/nothing", "/latest/meta-data/public-keys/9/openssh-key", "/openstack/latest/content/0000", "/nothing", "/latest/meta-data/%C3%A9", "/ec2/2009-04-04/meta-data/local-ipv4",
    ];

    /// <summary>Follows the listings from the top and puts the other questions.</summary>
    public static async Task<IReadOnlyList<GuestAnswer>> RunAsync(LabGuest guest)
    {
        var answers = new List<GuestAnswer>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var top in (string[])["/", "/openstack/"]) await ListAsync(guest, top, seen, answers);
        foreach (var question in Others()) answers.Add(await AskAsync(guest, question));
        return answers;
    }

    /// <summary>Puts the same questions again.</summary>
    public static async Task<IReadOnlyList<GuestAnswer>> RepeatAsync(LabGuest guest, IReadOnlyList<GuestAnswer> before)
    {
        var answers = new List<GuestAnswer>();
        foreach (var (question, _) in before) answers.Add(await AskAsync(guest, question));
        return answers;
    }

    private static async Task ListAsync(LabGuest guest, string directory, HashSet<string> seen, List<GuestAnswer> answers)
    {
        if (!seen.Add(directory)) return;
        var listing = await AskAsync(guest, new("GET", directory, []));
        answers.Add(listing);
        if (listing.Response.Status != 200) return;
        foreach (var line in listing.Response.Text.Split('\n'))
        {
            // Versions are directories although their listing does not say so; a key's line is its number and its name.
            if (directory is "/" or "/openstack/") await ListAsync(guest, $"{directory}{line}/", seen, answers);
            else if (directory.EndsWith("/public-keys/", StringComparison.Ordinal)) await ListAsync(guest, $"{directory}{line.Split('=')[0]}/", seen, answers);
            else if (line.EndsWith('/')) await ListAsync(guest, directory + line, seen, answers);
            else if (seen.Add(directory + line)) answers.Add(await AskAsync(guest, new("GET", directory + line, [])));
        }
    }

    private static IEnumerable<Question> Others() =>
    [
        .. Spellings.Select(target => new Question("GET", target, [])),
        .. ((string[])["HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "POST"]).Select(method => new Question(method, Document, [])),
        new("HEAD", "/nothing", []), new("PUT", "/openstack/latest/password", []),
        new("POST", "/openstack/latest/password", [], "too long, and binary") { Body = [.. Enumerable.Range(0, 1021).Select(i => (byte)i)] },
        new("GET", "/nothing", [("Accept", "application/json")], "JSON wanted"),
        new("GET", Document, [("X-Instance-ID", "6f3fe783-1f62-568d-96e2-819302766141"), ("X-Tenant-ID", "x"), ("X-Instance-ID-Signature", "0")], "forged instance"),
        new("GET", Document, [("X-Neutron-Network-ID", "dd03b550-3424-463e-a240-e71b9487df87")], "forged network"),
        new("GET", Document, [("X-Neutron-Network-ID", "d6c53ac8-fff8-4ae6-8a36-a723a278dd47")], "another forged network"),
        new("GET", Document, [("X-Neutron-Router-ID", "59242190-f73b-4396-b818-ed6d0c3aa9fe")], "forged router"),
        new("GET", Document, [("X-OVN-Network-ID", "d6c53ac8-fff8-4ae6-8a36-a723a278dd47")], "forged OVN network"),
        new("GET", Document, [("X-Metadata-Provider", "x")], "forged provider"),
        new("GET", Document, [("X-Forwarded-For", "10.0.0.71")], ForwardedFor),
    ];

    private static async Task<GuestAnswer> AskAsync(LabGuest guest, Question question) =>
        new(question, await guest.SendAsync(RawHttp.Request(question.Method, question.Target, [("Accept", "*/*"), .. question.Headers], question.Body)));
}
