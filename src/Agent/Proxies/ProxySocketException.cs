namespace Firstlight.Agent.Proxies;

/// <summary>The socket for the proxies could not be opened. Nothing was changed at its path.</summary>
/// <param name="message">One line that names the path and what to do about it.</param>
/// <param name="innerException">The cause.</param>
public sealed class ProxySocketException(string message, Exception? innerException = null) : IOException(message, innerException);
