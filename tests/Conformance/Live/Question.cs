namespace Firstlight.Conformance.Tests.Live;

/// <summary>One request, put to both services alike.</summary>
internal sealed record Question(string Method, string Target, IReadOnlyList<(string Name, string Value)> Headers, string Note = "")
{
    /// <summary>Sent with its length; null for none.</summary>
    public byte[]? Body { get; init; }

    public override string ToString() => Note.Length == 0 ? $"{Method} {Target}" : $"{Method} {Target} ({Note})";
}
