using Firstlight.Inventory.Neutron;
using Firstlight.Inventory.Neutron.Keystone;
using Known = Firstlight.Configuration.OptionCatalogue;

namespace Firstlight.Configuration;

/// <summary>Reads how Neutron's API is reached; mistakes go to the reader.</summary>
internal static class NeutronAccessReader
{
    /// <summary>As nova.conf has it: the account of <c>[neutron]</c>; null where there is none.</summary>
    public static NeutronAccessSettings? OfNova(OptionReader reader) => KeystoneReader.Read(reader, Known.NeutronAuth) is { } account ? With(reader, account) : null;

    /// <summary>For a metadata agent: the account of <c>[neutron]</c>, else that of the API itself in neutron.conf, else none where the API asks for none.</summary>
    public static NeutronAccessSettings? ForPorts(OptionReader reader)
    {
        var errors = reader.Errors.Count;
        var account = KeystoneReader.Read(reader, Known.NeutronAuth);
        if (account is null && reader.Errors.Count == errors) account = KeystoneReader.Read(reader, Known.NeutronServiceAuth);
        if (account is null && reader.Errors.Count == errors && reader.Read(Known.NeutronAuthStrategy) == "noauth") account = new KeystoneOptions { Method = KeystoneMethod.None };
        if (account is not null) return With(reader, account);
        if (reader.Errors.Count == errors)
            reader.Fail(Known.NeutronAuth.AuthType, "must be set, or [keystone_authtoken] auth_type in neutron.conf: ports are looked up in Neutron's API with an account that sees those of all projects");
        return null;
    }

    private static NeutronAccessSettings? With(OptionReader reader, KeystoneOptions account)
    {
        var endpoint = reader.Read(Known.NeutronEndpointOverride) ?? reader.Read(Known.NeutronEndpoint);
        if (endpoint is null && account.AuthUrl is null)
        {
            reader.Fail(Known.NeutronEndpointOverride, "must be set with auth_type = none or auth_strategy = noauth: there is no catalog to find Neutron in");
            return null;
        }

        return new NeutronAccessSettings(account, new NeutronOptions
        {
            EndpointOverride = endpoint,
            Region = reader.Read(Known.NeutronRegionName) is { Length: > 0 } region ? region : null,
            Interfaces = reader.Read(Known.NeutronValidInterfaces),
            ServiceType = reader.Read(Known.NeutronServiceType),
            Trust = account.Trust,
            Timeout = account.Timeout,
            Retries = reader.Read(Known.NeutronHttpRetries),
        });
    }
}
