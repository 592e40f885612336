using System.Net;

namespace Firstlight.Inventory.Neutron.Ports;

/// <summary>How the check of an account ended.</summary>
public enum NeutronSelfTestOutcome
{
    /// <summary>Neutron answers, and the account sees the ports of others.</summary>
    Ok,

    /// <summary>Neutron answers, but there is nothing to see that would prove it.</summary>
    Unproven,

    /// <summary>The account sees only its own project's ports: no guest of another project would ever be found.</summary>
    CannotSeeOtherProjects,

    /// <summary>Keystone or Neutron refuses the account.</summary>
    Refused,

    /// <summary>Keystone or Neutron cannot be reached, or answers nonsense.</summary>
    Unreachable,
}

/// <summary>What <see cref="NeutronPortDirectory.CheckAsync"/> found.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Line">One line for people: what was seen and what to do.</param>
public sealed record NeutronSelfTest(NeutronSelfTestOutcome Outcome, string Line);

/// <summary>
/// Tells by what an account sees whether its role is large enough: Neutron never says that it hides something. An administrator may list agents; the
/// <c>service</c> role may not and still sees all ports.
/// </summary>
internal static class VisibilityCheck
{
    private const int Enough = 500;
    private const string WhatToDo = "give it the role admin or service (advsvc before 2023.2)";

    // By Neutron's default policy these see every port.
    private static readonly string[] LargeRoles = ["admin", "service", "advsvc"];

    public static async Task<NeutronSelfTest> RunAsync(NeutronClient neutron, CancellationToken cancellationToken)
    {
        try
        {
            var token = await neutron.TokenAsync(cancellationToken);

            // A service without authentication hides nothing. Nor does it from a token of the whole system, which belongs to no project.
            var any = NeutronQuery.All.Select("id", "project_id", "tenant_id");
            var mine = 0;
            foreach (var query in new[] { any.Where("device_owner", "network:dhcp").Limit(100), any.Limit(Enough) })
            {
                var ports = await neutron.PortsPageAsync(query, cancellationToken);
                if (!neutron.UsesTokens) return new NeutronSelfTest(NeutronSelfTestOutcome.Ok, "answers without authentication");
                if (ports.Any(port => (port.ProjectId ?? port.TenantId ?? "") != token.ProjectId))
                    return new NeutronSelfTest(NeutronSelfTestOutcome.Ok, "the account sees the ports of all projects");
                mine += ports.Count;
            }

            return await MayListAgentsAsync(neutron, cancellationToken)
                ? new NeutronSelfTest(NeutronSelfTestOutcome.Ok, "the account may do what only an administrator may; no other project has ports")
                : Judge(token.Roles, mine);
        }
        catch (InventoryUnavailableException e)
        {
            return (e.InnerException as HttpRequestException)?.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
                ? new NeutronSelfTest(NeutronSelfTestOutcome.Refused, $"{e.Message}: the account of [neutron] is refused; check its name, password, project and domains")
                : new NeutronSelfTest(NeutronSelfTestOutcome.Unreachable, e.Message);
        }
    }

    private static NeutronSelfTest Judge(IReadOnlyList<string> roles, int mine)
    {
        var known = roles.Count == 0 ? "" : $" (its roles: {string.Join(", ", roles)})";
        if (mine == 0)
        {
            return new NeutronSelfTest(
                NeutronSelfTestOutcome.Unproven,
                $"the account sees no ports{known}: either there are none, or it sees only its own project's; if guests are answered 404, {WhatToDo}");
        }

        return roles.Any(role => LargeRoles.Contains(role, StringComparer.OrdinalIgnoreCase))
            ? new NeutronSelfTest(
                NeutronSelfTestOutcome.Unproven,
                $"the account sees only its own project's ports{known}: either no other project has ports, or Neutron's policy hides them")
            : new NeutronSelfTest(NeutronSelfTestOutcome.CannotSeeOtherProjects, $"the account sees only its own project's ports{known}: {WhatToDo}");
    }

    private static async Task<bool> MayListAgentsAsync(NeutronClient neutron, CancellationToken cancellationToken)
    {
        try
        {
            await neutron.AgentsAsync(NeutronQuery.All.Select("id"), cancellationToken);
            return true;
        }
        catch (InventoryUnavailableException e) when (
            (e.InnerException as HttpRequestException)?.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.Unauthorized)
        {
            return false;
        }
    }
}
