using System.Security.Cryptography;
using System.Text;

namespace Firstlight.Metadata.Identity;

/// <summary>Signs and verifies instance ids under the secret that agent and API share.</summary>
/// <remarks>
/// The signature is the lower-case hex of HMAC-SHA256(key = UTF-8 secret, message = UTF-8 id as stored): Neutron's agent writes it and
/// Nova's metadata API checks it. It covers the id alone. Thread-safe; never prints the secret.
/// </remarks>
public sealed class Signature
{
    private const int HexLength = 64;
    private readonly byte[] _key;

    /// <summary>Takes the shared secret (<c>metadata_proxy_shared_secret</c>).</summary>
    /// <param name="secret">The secret as the configuration file gives it; may be empty only where the caller decided so.</param>
    public Signature(string secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        _key = Encoding.UTF8.GetBytes(secret);
    }

    /// <summary>Signs an instance id.</summary>
    /// <param name="id">The id exactly as the port record has it; no case folding takes place.</param>
    /// <returns>64 lower-case hex digits.</returns>
    public string Sign(InstanceId id) => Convert.ToHexStringLower(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(id.Value)));

    /// <summary>Tells in constant time whether <paramref name="signature"/> is the signature of <paramref name="id"/>.</summary>
    /// <param name="id">The id as received.</param>
    /// <param name="signature">What the caller claims; an empty text, upper-case hex and any other length never match.</param>
    public bool Verify(InstanceId id, string signature)
    {
        ArgumentNullException.ThrowIfNull(signature);
        if (signature.Length != HexLength || !Ascii.IsValid(signature)) return false;

        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(id.Value), hash);
        Span<byte> expected = stackalloc byte[HexLength];
        Convert.TryToHexStringLower(hash, expected, out _);
        Span<byte> claimed = stackalloc byte[HexLength];
        Encoding.ASCII.GetBytes(signature, claimed);
        return CryptographicOperations.FixedTimeEquals(expected, claimed);
    }

    /// <summary>Names the type only: a secret never reaches a log.</summary>
    public override string ToString() => nameof(Signature);
}
