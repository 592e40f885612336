namespace Firstlight.Bench;

/// <summary>The run cannot go on; the message is the one line the user reads.</summary>
internal sealed class BenchException(string message) : Exception(message);
