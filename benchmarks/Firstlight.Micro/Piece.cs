namespace Firstlight.Micro;

/// <summary>What one piece came to.</summary>
/// <param name="Group">What it belongs to.</param>
/// <param name="What">What is done.</param>
/// <param name="MedianNs">Nanoseconds, the median.</param>
/// <param name="LeastNs">The least.</param>
/// <param name="MostNs">The most.</param>
/// <param name="AllocatedBytes">Bytes allocated each time.</param>
internal sealed record Piece(string Group, string What, double MedianNs, double LeastNs, double MostNs, long AllocatedBytes);
