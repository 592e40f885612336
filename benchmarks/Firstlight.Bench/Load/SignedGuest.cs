using System.Security.Cryptography;
using System.Text;

namespace Firstlight.Bench.Load;

/// <summary>An instance as the metadata agent asks for it.</summary>
/// <param name="Instance">Its id.</param>
/// <param name="Project">Its project.</param>
internal sealed record SignedGuest(string Instance, string Project)
{
    /// <summary>What signs instance ids in every run.</summary>
    public const string Secret = "bench-secret";

    /// <summary>The headers, as lines without ends.</summary>
    public IReadOnlyList<string> Headers { get; } =
    [
        $"X-Instance-ID: {Instance}", $"X-Tenant-ID: {Project}", "X-Forwarded-For: 10.0.0.70",
        $"X-Instance-ID-Signature: {Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.ASCII.GetBytes(Secret), Encoding.ASCII.GetBytes(Instance)))}",
    ];
}
