using System.Text;
using Firstlight.Api.Errors;
using Firstlight.Api.Snapshots;
using Firstlight.Inventory.Neutron;
using Firstlight.Metadata.Identity;
using Microsoft.Extensions.Logging;

namespace Firstlight.Api.Identify;

/// <summary>Finds out who asks: an agent says so and signs it, a load balancer tells an address and signs its name, or there is the address alone.</summary>
internal sealed class CallerIdentity(
    ApiOptions options,
    Signature signature,
    SnapshotCache cache,
    IAddressDirectory? directory,
    TimeProvider time,
    ApiMetrics metrics,
    ILogger logger)
{
    private readonly AddressLookup? _lookup = directory is null ? null : new AddressLookup(directory, options, time, metrics, logger);

    // Nova checks nothing a load balancer says where there is no secret. Only its own tests may want that.
    private readonly bool _providersNeedNoSignature =
        options.StrictNova && signature.Verify(new InstanceId("-"), new Signature("").Sign(new InstanceId("-")));

    /// <summary>Identifies the caller of a request.</summary>
    /// <exception cref="Inventory.InventoryUnavailableException">Neutron must be asked and cannot be.</exception>
    public ValueTask<Identification> IdentifyAsync(MetadataRequest request, CancellationToken cancellationToken)
    {
        if (!options.ServiceMetadataProxy) return ByAddressAsync(request, cancellationToken);
        if (!string.IsNullOrEmpty(request.MetadataProvider)) return ByProviderAsync(request, cancellationToken);
        return new ValueTask<Identification>(ByAgent(request));
    }

    private Identification ByAgent(MetadataRequest request)
    {
        if (request.InstanceId is not { } id) return ErrorPage.InstanceIdMissing.Answer(request);
        if (request.Signature is not { } claimed) return ErrorPage.SignatureMissing.Answer(request);
        if (request.TenantId is not { } project) return ErrorPage.TenantIdMissing.Answer(request);
        if (!Ascii.IsValid(claimed)) return NovaCrash.Or(ErrorPage.BadSignature, request, options);

        var verified = cache.TryGet(id, out var cached) ? cached.Matches(claimed) : signature.Verify(new InstanceId(id), claimed);
        if (verified) return new Caller(id, new InstanceId(id), project, request.ForwardedFor, request.RequestId) { VerifiedSignature = claimed };

        ApiLog.BadSignature(logger, id, request.Peer, request.RequestId);
        return ErrorPage.BadSignature.Answer(request);
    }

    private async ValueTask<Identification> ByProviderAsync(MetadataRequest request, CancellationToken cancellationToken)
    {
        var provider = request.MetadataProvider!;
        if (request.ForwardedFor is not { } forwardedFor) return ErrorPage.ForwardedForMissing.Answer(request);
        if (!_providersNeedNoSignature && !HasSigned(provider, request, out var refusal)) return refusal;

        // No inventory of our own knows subnets by provider.
        if (_lookup is null) return ErrorPage.UnknownProvider(provider).Answer(request);

        var address = forwardedFor.Split(',', 2)[0];
        var found = await _lookup.ByProviderAsync(provider, address, request.RequestId, cancellationToken);
        return found.Refusal is { } page
            ? page.Answer(request)
            : new Caller($"\0provider\0{found.Port!.DeviceId.Value}", found.Port.DeviceId, found.Port.ProjectId.Value, address, request.RequestId);
    }

    private bool HasSigned(string provider, MetadataRequest request, out MetadataAnswer refusal)
    {
        var claimed = request.MetadataProviderSignature ?? "";
        if (signature.Verify(new InstanceId(provider), claimed))
        {
            refusal = default;
            return true;
        }

        ApiLog.BadProviderSignature(logger, provider, request.Peer, request.RequestId);
        refusal = Ascii.IsValid(claimed) ? ErrorPage.BadSignature.Answer(request) : NovaCrash.Or(ErrorPage.BadSignature, request, options);
        return false;
    }

    private async ValueTask<Identification> ByAddressAsync(MetadataRequest request, CancellationToken cancellationToken)
    {
        if (request.InstanceId is { } claimed) ApiLog.InstanceIdIgnored(logger, claimed, request.Peer, request.RequestId);

        var address = RemoteAddress.Of(request, options);
        var found = await _lookup!.ByAddressAsync(address, request.RequestId, cancellationToken);
        return found.Refusal is { } page
            ? page.Answer(request)
            : new Caller($"\0address\0{address}\0{found.Port!.DeviceId.Value}", found.Port.DeviceId, Project: null, address, request.RequestId);
    }
}
