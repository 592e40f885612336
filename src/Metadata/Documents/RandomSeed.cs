using System.Buffers.Text;
using System.Security.Cryptography;

namespace Firstlight.Metadata.Documents;

/// <summary>The <c>random_seed</c> of <c>meta_data.json</c>: 512 random bytes in base64, new for every request.</summary>
internal static class RandomSeed
{
    /// <summary>Characters of the text.</summary>
    public const int Length = 684;

    private const int Bytes = 512;

    public static void Fill(Span<byte> text)
    {
        Span<byte> random = stackalloc byte[Bytes];
        RandomNumberGenerator.Fill(random);
        Base64.EncodeToUtf8(random, text, out _, out _);
    }
}
