namespace Firstlight.Bench.Load;

/// <summary>Where guests are.</summary>
/// <param name="Namespaces">Files of namespaces.</param>
/// <param name="Guests">The guests, each with the number of its namespace.</param>
internal sealed record Place(IReadOnlyList<string> Namespaces, IReadOnlyList<(int Namespace, BootingGuest Guest)> Guests);
