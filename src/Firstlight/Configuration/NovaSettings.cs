using Firstlight.Inventory.Neutron;
using Firstlight.Inventory.Neutron.Keystone;
using Firstlight.Inventory.Nova;

namespace Firstlight.Configuration;

/// <summary>Nova's databases and what its metadata API needs beside them.</summary>
/// <param name="ApiUrl">The API database; null only with <paramref name="LocalPerCell"/>.</param>
/// <param name="DefaultUrl">The cell database.</param>
/// <param name="LocalPerCell">Read every instance from the cell database.</param>
/// <param name="CellTimeout">Bound on one database's part of a request.</param>
/// <param name="MayAllotEc2Ids">Write missing EC2 numbers where the account may.</param>
/// <param name="Neutron">How Neutron is reached; null where no account is configured.</param>
internal sealed record NovaSettings(
    SqlAlchemyUrl? ApiUrl, SqlAlchemyUrl DefaultUrl, bool LocalPerCell, TimeSpan CellTimeout, bool MayAllotEc2Ids, NeutronAccessSettings? Neutron);

/// <summary>How Neutron's API is reached.</summary>
/// <param name="Account">Who asks, and where Keystone is.</param>
/// <param name="Api">Where Neutron is.</param>
internal sealed record NeutronAccessSettings(KeystoneOptions Account, NeutronOptions Api);

/// <summary>TLS towards clients of the metadata API.</summary>
/// <param name="CertificateFile">PEM file of the certificate and its chain.</param>
/// <param name="KeyFile">PEM file of its key; null where the certificate's file holds it.</param>
/// <param name="ClientAuthorityFile">PEM file of authorities that clients need a certificate of; null asks for none.</param>
internal sealed record TlsSettings(string CertificateFile, string? KeyFile, string? ClientAuthorityFile);
