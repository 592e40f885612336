namespace Firstlight.Doctor.Documents;

/// <summary>What is to be said of a document.</summary>
/// <param name="Seen">What was seen.</param>
/// <param name="Why">What cloud-init does not accept in it; null when it accepts all.</param>
/// <param name="Mend">What to do; null with <paramref name="Why"/>.</param>
/// <param name="IsFatal">Whether the guest is worse off than without it; otherwise it is odd only.</param>
internal readonly record struct DocumentVerdict(string Seen, string? Why, string? Mend, bool IsFatal)
{
    public static DocumentVerdict Fine(string seen) => new(seen, null, null, false);

    public static DocumentVerdict Bad(string seen, string why, string mend) => new(seen, why, mend, true);

    public static DocumentVerdict Odd(string seen, string why, string mend) => new(seen, why, mend, false);

    public Finding At(string hop) => Why is null ? Finding.Right(hop, Seen) : IsFatal ? Finding.Wrong(hop, Seen, Why, Mend!) : Finding.Odd(hop, Seen, Why, Mend!);
}
