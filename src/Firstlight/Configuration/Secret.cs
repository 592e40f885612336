namespace Firstlight.Configuration;

/// <summary>A text that must not be printed by accident.</summary>
internal sealed class Secret(string value)
{
    /// <summary>The empty secret.</summary>
    public static Secret None { get; } = new("");

    /// <summary>What is shown in its place.</summary>
    public const string Mask = "****";

    /// <summary>Whether there is nothing to hide.</summary>
    public bool IsEmpty => value.Length == 0;

    /// <summary>The text itself, for signing; never for a message.</summary>
    public string Reveal() => value;

    /// <summary>The mask.</summary>
    public override string ToString() => IsEmpty ? "" : Mask;
}
