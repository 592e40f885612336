namespace Firstlight.Tests.Support;

/// <summary>Makes answers of the same request alike.</summary>
internal static class AnswerMask
{
    /// <summary>Makes what differs from answer to answer alike: dates and seeds.</summary>
    public static byte[] Masked(byte[] answers)
    {
        Mask(answers, "\r\nDate: "u8, 29);
        Mask(answers, "\"random_seed\": \""u8, 684);
        return answers;
    }

    private static void Mask(Span<byte> answers, ReadOnlySpan<byte> behind, int length)
    {
        while (answers.IndexOf(behind) is >= 0 and var at && answers.Length >= at + behind.Length + length)
        {
            answers = answers[(at + behind.Length)..];
            answers[..length].Fill((byte)'-');
        }
    }
}
