using System.Net;

namespace Firstlight.Bench.Load;

/// <summary>A guest that boots.</summary>
/// <param name="Address">What it asks from.</param>
/// <param name="Instance">What its documents must name.</param>
internal sealed record BootingGuest(IPAddress Address, string Instance);
