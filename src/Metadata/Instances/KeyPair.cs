namespace Firstlight.Metadata.Instances;

/// <summary>A public key stored with an instance.</summary>
/// <param name="Name">Its name in the project.</param>
/// <param name="Type"><c>ssh</c> or <c>x509</c>.</param>
/// <param name="PublicKey">The key text (x509: PEM), kept to the byte, trailing newline included.</param>
public sealed record KeyPair(string Name, string Type, string PublicKey);
