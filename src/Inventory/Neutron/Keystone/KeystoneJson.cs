using System.Text.Json.Serialization;

namespace Firstlight.Inventory.Neutron.Keystone;

internal sealed record TokenRequest(AuthRequest Auth);

internal sealed record AuthRequest(IdentityPart Identity, ScopePart? Scope);

internal sealed record IdentityPart(string[] Methods, PasswordPart? Password, ApplicationCredentialPart? ApplicationCredential);

internal sealed record PasswordPart(UserPart User);

internal sealed record UserPart(string? Id, string? Name, DomainPart? Domain, string? Password);

internal sealed record DomainPart(string? Id, string? Name);

internal sealed record ApplicationCredentialPart(string? Id, string? Name, UserPart? User, string Secret);

internal sealed record ScopePart(ProjectPart? Project, SystemPart? System);

internal sealed record ProjectPart(string? Id, string? Name, DomainPart? Domain);

internal sealed record SystemPart(bool All);

internal sealed record TokenAnswer(TokenPart? Token);

internal sealed record TokenPart(DateTimeOffset? ExpiresAt, CatalogPart[]? Catalog, ProjectPart? Project, RolePart[]? Roles);

internal sealed record RolePart(string? Name);

internal sealed record CatalogPart(string? Type, EndpointPart[]? Endpoints);

internal sealed record EndpointPart(string? Interface, string? Region, string? RegionId, string? Url);

/// <summary>What goes to and comes from <c>POST /v3/auth/tokens</c>; unknown members are ignored.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TokenRequest))]
[JsonSerializable(typeof(TokenAnswer))]
internal sealed partial class KeystoneJson : JsonSerializerContext;
