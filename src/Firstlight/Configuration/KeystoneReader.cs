using System.Security.Cryptography;
using Firstlight.Inventory.Neutron;
using Firstlight.Inventory.Neutron.Keystone;

namespace Firstlight.Configuration;

/// <summary>Reads the account of a section; mistakes go to the reader.</summary>
internal static class KeystoneReader
{
    /// <summary>The account; null where <c>auth_type</c> is empty, or where the account cannot be used.</summary>
    public static KeystoneOptions? Read(OptionReader reader, KeystoneOptionSet options)
    {
        // Python's programs share an account between sections so.
        var section = reader.Read(options.AuthSection) is { Length: > 0 } named ? IniFile.NormalizeSection(named) : options.Section;
        var type = reader.Read(KeystoneOptionSet.In(section, options.AuthType));
        if (type.Length == 0) return null;

        string? Text(OptionDefinition<string> option) => reader.Read(KeystoneOptionSet.In(section, option)) is { Length: > 0 } text ? text : null;
        T Value<T>(OptionDefinition<T> option) => reader.Read(KeystoneOptionSet.In(section, option));

        var (domainName, domainId) = (Text(options.DefaultDomainName), Text(options.DefaultDomainId));
        var account = new KeystoneOptions
        {
            Method = type switch
            {
                "none" or "noauth" => KeystoneMethod.None,
                "v3applicationcredential" => KeystoneMethod.ApplicationCredential,
                _ => KeystoneMethod.Password,
            },
            AuthUrl = Value(options.AuthUrl),
            User = Named(Text(options.Username), Text(options.UserId), Text(options.UserDomainName), Text(options.UserDomainId)),
            Password = Text(options.Password) ?? "",
            Project = Named(Text(options.ProjectName), Text(options.ProjectId), Text(options.ProjectDomainName), Text(options.ProjectDomainId)),
            SystemScope = Text(options.SystemScope),
            ApplicationCredential = new KeystoneName(Text(options.ApplicationCredentialName), Text(options.ApplicationCredentialId)),
            ApplicationCredentialSecret = Text(options.ApplicationCredentialSecret) ?? "",
            Trust = new ServiceTrust
            {
                AuthorityFile = Value(options.CaFile),
                CertificateFile = Value(options.CertFile),
                KeyFile = Value(options.KeyFile),
                Insecure = Value(options.Insecure),
            },
            Timeout = Value(options.Timeout) ?? new KeystoneOptions().Timeout,
        };
        return IsUsable(reader, options, account) ? account : null;

        KeystoneName Named(string? name, string? id, string? ofDomain, string? ofDomainId) =>
            ofDomain is null && ofDomainId is null ? new KeystoneName(name, id, domainName, domainId) : new KeystoneName(name, id, ofDomain, ofDomainId);
    }

    private static bool IsUsable(OptionReader reader, KeystoneOptionSet options, KeystoneOptions account)
    {
        try
        {
            // The session knows what each method needs, and opens the files of certificates; it asks nobody yet.
            new KeystoneSession(account, TimeProvider.System).Dispose();
            return true;
        }
        catch (ArgumentException e)
        {
            reader.Fail(options.AuthType, e.Message.Replace($" (Parameter '{e.ParamName}')", "", StringComparison.Ordinal));
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            reader.Fail(options.CaFile, $"the certificates of [{options.Section}] cannot be used: {e.Message}");
        }

        return false;
    }
}
