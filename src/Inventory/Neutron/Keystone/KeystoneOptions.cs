namespace Firstlight.Inventory.Neutron.Keystone;

/// <summary>How we show who we are to Keystone.</summary>
public enum KeystoneMethod
{
    /// <summary>Name and password, scoped to a project (<c>password</c>, <c>v3password</c>).</summary>
    Password,

    /// <summary>An application credential, which brings its own project (<c>v3applicationcredential</c>).</summary>
    ApplicationCredential,

    /// <summary>Not at all: the service asks for nothing (<c>none</c>, <c>noauth</c>). Needs an endpoint of its own.</summary>
    None,
}

/// <summary>The credentials of a section such as <c>[neutron]</c> or <c>[vendordata_dynamic_auth]</c>. Option names are keystoneauth's.</summary>
public sealed record KeystoneOptions
{
    /// <summary>Method (<c>auth_type</c>). Default password.</summary>
    public KeystoneMethod Method { get; init; } = KeystoneMethod.Password;

    /// <summary>Keystone's address with or without <c>/v3</c> (<c>auth_url</c>); null only for <see cref="KeystoneMethod.None"/>.</summary>
    public Uri? AuthUrl { get; init; }

    /// <summary>The account (<c>username</c>, <c>user_id</c>, <c>user_domain_name</c>, <c>user_domain_id</c>).</summary>
    public KeystoneName User { get; init; } = new();

    /// <summary>Its password.</summary>
    public string Password { get; init; } = "";

    /// <summary>What the token is for (<c>project_name</c>, <c>project_id</c>, <c>project_domain_name</c>, <c>project_domain_id</c>).</summary>
    public KeystoneName Project { get; init; } = new();

    /// <summary>System scope instead of a project (<c>system_scope</c>): only <c>all</c> exists; null (default) for the project.</summary>
    public string? SystemScope { get; init; }

    /// <summary>The application credential (<c>application_credential_id</c>, or <c>application_credential_name</c> of <see cref="User"/>).</summary>
    public KeystoneName ApplicationCredential { get; init; } = new();

    /// <summary>Its secret (<c>application_credential_secret</c>).</summary>
    public string ApplicationCredentialSecret { get; init; } = "";

    /// <summary>TLS towards Keystone.</summary>
    public ServiceTrust Trust { get; init; } = new();

    /// <summary>Bound on one authentication (<c>timeout</c>). Default 30 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Names the account only: secrets never reach a log.</summary>
    public override string ToString() => $"{Method} of {User} at {AuthUrl}";
}

/// <summary>Something Keystone knows by id, or by a name within a domain.</summary>
/// <param name="Name">Name; needs a domain, save for an application credential's.</param>
/// <param name="Id">Id; then nothing else is needed.</param>
/// <param name="DomainName">Name of the domain; without it and <paramref name="DomainId"/> the domain is <c>default</c>.</param>
/// <param name="DomainId">Id of the domain.</param>
public sealed record KeystoneName(string? Name = null, string? Id = null, string? DomainName = null, string? DomainId = null)
{
    /// <summary>Whether neither name nor id is given.</summary>
    public bool IsEmpty => string.IsNullOrEmpty(Name) && string.IsNullOrEmpty(Id);

    /// <summary>The name or the id.</summary>
    public override string ToString() => Name ?? Id ?? "nobody";
}
