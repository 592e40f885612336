namespace Firstlight.Metadata.Instances;

/// <summary>User data as decoded bytes. Never printed.</summary>
/// <param name="Bytes">What the guest receives, untouched.</param>
public sealed record UserData(ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The length alone: user data never reaches a log.</summary>
    public override string ToString() => $"user data of {Bytes.Length} bytes";
}
