using System.Collections.Immutable;

namespace Firstlight.Configuration;

/// <summary>The options of keystoneauth in one section: which account, at which Keystone, trusted how.</summary>
/// <param name="section">Such as <c>neutron</c>.</param>
/// <param name="what">What the account is for, as the reference page says it.</param>
/// <param name="readers">Roles that read it.</param>
internal sealed class KeystoneOptionSet(string section, string what, ProgramRole readers)
{
    /// <summary>Names the section.</summary>
    public string Section => section;

    public OptionDefinition<string> AuthSection { get; } = Text(section, readers, "auth_section", $"Section that the options of the account for {what} are read from instead of this one.");

    public OptionDefinition<string> AuthType { get; } = new()
    {
        Section = section, Name = "auth_type", DefaultText = "", Owner = OptionOwner.Oslo, Roles = readers,
        Form = ValueForms.OptionalChoice("password", "v3password", "v3applicationcredential", "none", "noauth"),
        Aliases = [new(section, "auth_plugin")],
        Meaning = $"How Keystone is asked for a token for {what}; empty for not at all.",
    };

    public OptionDefinition<Uri?> AuthUrl { get; } = Url(section, readers, "auth_url", "Address of Keystone, with or without /v3.");

    public OptionDefinition<string> Username { get; } = Text(section, readers, "username", "Name of the account.", "user_name");

    public OptionDefinition<string> UserId { get; } = Text(section, readers, "user_id", "Id of the account, instead of its name.");

    public OptionDefinition<string> Password { get; } = Text(section, readers, "password", "Its password.", secret: true);

    public OptionDefinition<string> UserDomainName { get; } = Text(section, readers, "user_domain_name", "Name of the account's domain.");

    public OptionDefinition<string> UserDomainId { get; } = Text(section, readers, "user_domain_id", "Id of the account's domain.");

    public OptionDefinition<string> ProjectName { get; } = Text(section, readers, "project_name", "Name of the project the token is for.", "tenant_name");

    public OptionDefinition<string> ProjectId { get; } = Text(section, readers, "project_id", "Id of the project, instead of its name.", "tenant_id");

    public OptionDefinition<string> ProjectDomainName { get; } = Text(section, readers, "project_domain_name", "Name of the project's domain.");

    public OptionDefinition<string> ProjectDomainId { get; } = Text(section, readers, "project_domain_id", "Id of the project's domain.");

    public OptionDefinition<string> DefaultDomainName { get; } = Text(section, readers, "default_domain_name", "Name of the domain of account and project where neither is given.");

    public OptionDefinition<string> DefaultDomainId { get; } = Text(section, readers, "default_domain_id", "Id of the domain of account and project where neither is given.");

    public OptionDefinition<string> SystemScope { get; } = Text(section, readers, "system_scope", "Scope of the token instead of a project; only `all` exists.");

    public OptionDefinition<string> ApplicationCredentialId { get; } = Text(section, readers, "application_credential_id", "Id of the application credential.");

    public OptionDefinition<string> ApplicationCredentialName { get; } =
        Text(section, readers, "application_credential_name", "Name of the application credential; needs the account too.");

    public OptionDefinition<string> ApplicationCredentialSecret { get; } = Text(section, readers, "application_credential_secret", "Its secret.", secret: true);

    public OptionDefinition<string?> CaFile { get; } = Path(section, readers, "cafile", "PEM file of the authorities that servers are checked by; empty for the system's.");

    public OptionDefinition<string?> CertFile { get; } = Path(section, readers, "certfile", "PEM file of our own certificate towards servers.");

    public OptionDefinition<string?> KeyFile { get; } = Path(section, readers, "keyfile", "PEM file of its key; empty where `certfile` holds it too.");

    public OptionDefinition<bool> Insecure { get; } = new()
    {
        Section = section, Name = "insecure", Form = ValueForms.Boolean, DefaultText = "false", Owner = OptionOwner.Oslo, Roles = readers,
        Meaning = "Take any certificate of Keystone and of the service.",
    };

    public OptionDefinition<TimeSpan?> Timeout { get; } = new()
    {
        Section = section, Name = "timeout", Form = ValueForms.OptionalSeconds, DefaultText = "", Owner = OptionOwner.Oslo, Roles = readers,
        Meaning = "Seconds a request may take, repetitions included; empty for 30 (keystoneauth's default is without end).",
    };

    /// <summary>All of them, in the order the reference lists them.</summary>
    public ImmutableArray<OptionDefinition> All =>
    [
        AuthSection, AuthType, AuthUrl, Username, UserId, Password, UserDomainName, UserDomainId, ProjectName, ProjectId, ProjectDomainName, ProjectDomainId,
        DefaultDomainName, DefaultDomainId, SystemScope, ApplicationCredentialId, ApplicationCredentialName, ApplicationCredentialSecret,
        CaFile, CertFile, KeyFile, Insecure, Timeout,
    ];

    /// <summary>An option of this set as it stands in another section, for <c>auth_section</c>.</summary>
    public static OptionDefinition<T> In<T>(string other, OptionDefinition<T> option) =>
        other == option.Section ? option : option with { Section = other, Aliases = [.. option.Aliases.Select(a => a with { Section = other })] };

    internal static OptionDefinition<string> Text(string section, ProgramRole readers, string name, string meaning, string? older = null, bool secret = false) => new()
    {
        Section = section, Name = name, Form = ValueForms.Text, DefaultText = "", Owner = OptionOwner.Oslo, Roles = readers, Secret = secret,
        Aliases = older is null ? [] : [new(section, older)],
        Meaning = meaning,
    };

    internal static OptionDefinition<string?> Path(string section, ProgramRole readers, string name, string meaning) => new()
    {
        Section = section, Name = name, Form = ValueForms.OptionalPath, DefaultText = "", Owner = OptionOwner.Oslo, Roles = readers, Meaning = meaning,
    };

    internal static OptionDefinition<Uri?> Url(string section, ProgramRole readers, string name, string meaning) => new()
    {
        Section = section, Name = name, Form = ValueForms.OptionalHttpUrl, DefaultText = "", Owner = OptionOwner.Oslo, Roles = readers, Meaning = meaning,
    };
}
