using Firstlight.Agent.Forward;
using Firstlight.Agent.Identify;
using Firstlight.Agent.Memory;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Firstlight.Agent.Proxies;

/// <summary>Says who asks through a proxy, or how the request is refused.</summary>
internal sealed class ProxyFace(AgentOptions options, ProxySocketListener listener, TimeProvider time, ILogger<ProxyFace> logger)
{
    private readonly bool _acceptQuantumNames = options.ProxySocket!.AcceptQuantumNames;
    private readonly Throttle _warnings = new(time, TimeSpan.FromMinutes(1));

    /// <summary>Reads the request's headers.</summary>
    /// <returns>Null when it may be answered.</returns>
    public GuestAnswer? Read(IHttpRequestFeature http, out Caller caller)
    {
        listener.CountRequest();
        var claim = ProxyHeaders.Read(http.Headers, _acceptQuantumNames, out caller);
        if (claim == ProxyClaim.Sound) return null;
        if (_warnings.TryPass(out var heldBack)) ProxiesLog.Refused(logger, http.RawTarget, claim, heldBack);
        return Refuse(claim, http.Method);
    }

    // From 2025.2 on two scopes are a bad request. Where Neutron's agent fails of itself (a closed connection since 2025.1, 500 before), so that a guest sees
    // 502 or 500, the guest is told whose fault it is: its own for an address it forged, the proxy's for a scope that is missing.
    private GuestAnswer Refuse(ProxyClaim claim, string method) => claim switch
    {
        ProxyClaim.TwoScopes when options.NeutronRelease >= 27 => ErrorPages.BadRequest(method),
        ProxyClaim.TwoScopes => ErrorPages.NotFound(method, GuestOutcome.Refused),
        ProxyClaim.BadAddress when options.NeutronRelease >= 26 => ErrorPages.BadRequest(method),
        _ => ErrorPages.Error(method, GuestOutcome.Refused),
    };
}
