using System.Globalization;
using System.Text.Json;

namespace Firstlight.Inventory.Neutron;

/// <summary>An agent as Neutron knows it (<c>GET /v2.0/agents</c>).</summary>
/// <param name="Id">UUID.</param>
/// <param name="AgentType">Such as <c>Metadata agent</c>.</param>
/// <param name="Binary">Such as <c>neutron-metadata-agent</c>.</param>
/// <param name="Host">Where it says it runs.</param>
/// <param name="IsAlive">Whether it was heard of within Neutron's <c>agent_down_time</c>.</param>
/// <param name="IsAdminStateUp">Whether the operator lets it work.</param>
/// <param name="HeartbeatAt">When it was last heard of, by Neutron's clock; null where that cannot be read.</param>
/// <param name="StartedAt">When it said it started; null where that cannot be read.</param>
/// <param name="Configurations">What it tells of its configuration: JSON as received; empty for nothing.</param>
public sealed record NeutronAgent(
    string Id,
    string AgentType,
    string Binary,
    string Host,
    bool IsAlive,
    bool IsAdminStateUp,
    DateTimeOffset? HeartbeatAt,
    DateTimeOffset? StartedAt,
    string Configurations);

internal sealed record AgentPage(AgentRow[]? Agents, PageLink[]? AgentsLinks) : IPage<AgentRow>
{
    IReadOnlyList<AgentRow>? IPage<AgentRow>.Items => Agents;

    IReadOnlyList<PageLink>? IPage<AgentRow>.Links => AgentsLinks;
}

internal sealed record AgentRow(
    string? Id,
    string? AgentType,
    string? Binary,
    string? Host,
    bool? Alive,
    bool? AdminStateUp,
    string? HeartbeatTimestamp,
    string? StartedAt,
    JsonElement Configurations)
{
    public NeutronAgent ToAgent() => new(
        Id ?? "",
        AgentType ?? "",
        Binary ?? "",
        Host ?? "",
        Alive ?? false,
        AdminStateUp ?? false,
        Time(HeartbeatTimestamp),
        Time(StartedAt),
        Configurations.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null ? "" : Configurations.GetRawText());

    // "2026-11-21 02:51:48": no zone is named, UTC is meant.
    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
}
