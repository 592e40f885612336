using System.Security.Cryptography;
using System.Text;

namespace Firstlight.Conformance.Tests.Live;

/// <summary>An instance of the databases.</summary>
/// <param name="Id">As it stands in the row.</param>
/// <param name="Project">Its project.</param>
/// <param name="Name">Display name; empty when it has none.</param>
/// <param name="Cell">Where its row is, or <c>no row</c>.</param>
internal sealed record SeededInstance(string Id, string Project, string Name, string Cell)
{
    /// <summary>The headers a metadata agent sends for it.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; } =
    [
        ("X-Instance-ID", Id), ("X-Tenant-ID", Project), ("X-Instance-ID-Signature", Sign(Id)), ("X-Forwarded-For", "10.0.0.250"), ("Accept", "*/*"),
    ];

    public override string ToString() => Name.Length == 0 ? Id : $"{Name} ({Id[..8]})";

    /// <summary>The headers, with some taken away, others put in their place.</summary>
    public IReadOnlyList<(string Name, string Value)> With(params (string Name, string? Value)[] changes) =>
    [
        .. Headers.Where(h => !changes.Any(c => c.Name == h.Name)),
        .. changes.Where(c => c.Value is not null).Select(c => (c.Name, c.Value!)),
    ];

    public static string Sign(string id) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(NovaCloud.Secret), Encoding.UTF8.GetBytes(id)));
}
