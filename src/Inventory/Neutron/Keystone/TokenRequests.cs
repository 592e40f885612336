using System.Collections.Immutable;
using System.Text.Json;

namespace Firstlight.Inventory.Neutron.Keystone;

/// <summary>From options to the body of <c>POST /v3/auth/tokens</c> (Identity API v3), and from its answer to a token.</summary>
internal static class TokenRequests
{
    public static Uri Address(KeystoneOptions options)
    {
        const string version = "/v3";
        var address = options.AuthUrl!.GetLeftPart(UriPartial.Path).TrimEnd('/');

        // Operators write it with, without and with the old version.
        if (address.EndsWith("/v2.0", StringComparison.Ordinal)) address = address[..^"/v2.0".Length];
        return new Uri((address.EndsWith(version, StringComparison.Ordinal) ? address : address + version) + "/auth/tokens");
    }

    public static TokenRequest? From(KeystoneOptions options)
    {
        if (options.Method == KeystoneMethod.None) return null;
        if (options.AuthUrl is not { IsAbsoluteUri: true }) throw new ArgumentException("auth_url is missing", nameof(options));
        return new TokenRequest(options.Method == KeystoneMethod.ApplicationCredential ? ApplicationCredential(options) : Password(options));
    }

    public static KeystoneToken? Read(string? token, ReadOnlySpan<byte> body)
    {
        if (string.IsNullOrEmpty(token) || JsonSerializer.Deserialize(body, KeystoneJson.Default.TokenAnswer)?.Token is not { } part) return null;

        var catalog = ImmutableArray.CreateBuilder<CatalogEndpoint>();
        foreach (var service in part.Catalog ?? [])
        {
            foreach (var endpoint in service.Endpoints ?? [])
            {
                if (service.Type is { } type && endpoint.Interface is { } side && Uri.TryCreate(endpoint.Url, UriKind.Absolute, out var url))
                    catalog.Add(new CatalogEndpoint(type, side, endpoint.RegionId ?? endpoint.Region, url));
            }
        }

        // Without a time of expiry it is used once and not kept.
        return new KeystoneToken(token, part.ExpiresAt ?? DateTimeOffset.UnixEpoch, catalog.ToImmutable())
        {
            ProjectId = part.Project?.Id,
            Roles = [.. (part.Roles ?? []).Select(static role => role.Name).OfType<string>()],
        };
    }

    private static AuthRequest Password(KeystoneOptions options)
    {
        if (options.User.IsEmpty) throw new ArgumentException("username is missing", nameof(options));
        if (options.Project.IsEmpty && options.SystemScope is null) throw new ArgumentException("project_name is missing", nameof(options));

        var identity = new IdentityPart(["password"], new PasswordPart(User(options.User, options.Password)), ApplicationCredential: null);
        var scope = options.SystemScope is not null
            ? new ScopePart(Project: null, new SystemPart(All: true))
            : new ScopePart(Project(options.Project), System: null);
        return new AuthRequest(identity, scope);
    }

    private static AuthRequest ApplicationCredential(KeystoneOptions options)
    {
        var credential = options.ApplicationCredential;
        if (credential.IsEmpty) throw new ArgumentException("application_credential_id is missing", nameof(options));
        if (credential.Id is null && options.User.IsEmpty)
            throw new ArgumentException("application_credential_name needs username or user_id", nameof(options));

        var part = credential.Id is { } id
            ? new ApplicationCredentialPart(id, null, null, options.ApplicationCredentialSecret)
            : new ApplicationCredentialPart(null, credential.Name, User(options.User, password: null), options.ApplicationCredentialSecret);
        return new AuthRequest(new IdentityPart(["application_credential"], Password: null, part), Scope: null);
    }

    private static UserPart User(KeystoneName user, string? password) =>
        user.Id is { } id ? new UserPart(id, null, null, password) : new UserPart(null, user.Name, Domain(user), password);

    private static ProjectPart Project(KeystoneName project) =>
        project.Id is { } id ? new ProjectPart(id, null, null) : new ProjectPart(null, project.Name, Domain(project));

    private static DomainPart Domain(KeystoneName name) =>
        name.DomainId is { } id ? new DomainPart(id, null)
        : name.DomainName is { } domain ? new DomainPart(null, domain)
        : new DomainPart("default", null);
}
