using System.Buffers.Text;
using System.Security.Cryptography;

namespace Firstlight.Metadata.Documents;

/// <summary>The <c>random_seed</c> of <c>meta_data.json</c>: 512 random bytes in base64, new for every request.</summary>
internal static class RandomSeed
{
    /// <summary>Characters of the text.</summary>
    public const int Length = 684;

    private const int Bytes = 512;

    // A call of the generator costs more than the bytes it gives, so they are fetched in advance, by each thread for itself.
    private const int Ahead = 16;

    [ThreadStatic]
    private static byte[]? _stock;

    [ThreadStatic]
    private static int _left;

    public static void Fill(Span<byte> text)
    {
        var stock = _stock ??= GC.AllocateUninitializedArray<byte>(Ahead * Bytes);
        if (_left == 0)
        {
            RandomNumberGenerator.Fill(stock);
            _left = Ahead;
        }

        var random = stock.AsSpan(--_left * Bytes, Bytes);
        Base64.EncodeToUtf8(random, text, out _, out _);

        // Told to one guest, once.
        random.Clear();
    }
}
