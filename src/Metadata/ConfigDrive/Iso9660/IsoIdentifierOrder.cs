namespace Firstlight.Metadata.ConfigDrive.Iso9660;

/// <summary>The order of records in a directory (ECMA-119 9.3): file name, then extension, each as if padded with spaces.</summary>
internal static class IsoIdentifierOrder
{
    public static int Compare(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, bool joliet)
    {
        // No identifier has a character below the space, so that a shorter one is the lesser, as padding makes it. Joliet has no extensions of its own.
        if (joliet) return a.SequenceCompareTo(b);

        var (nameOfA, extensionOfA) = Split(a);
        var (nameOfB, extensionOfB) = Split(b);
        var byName = a[..nameOfA].SequenceCompareTo(b[..nameOfB]);
        return byName != 0 ? byName : a[extensionOfA..].SequenceCompareTo(b[extensionOfB..]);
    }

    private static (int Name, int Extension) Split(ReadOnlySpan<byte> identifier)
    {
        var dot = identifier.IndexOf((byte)'.');
        return dot < 0 ? (identifier.Length, identifier.Length) : (dot, dot + 1);
    }
}
