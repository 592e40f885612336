using Firstlight.Metadata.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Firstlight.Api.Listen;

/// <summary>Takes from an HTTP request what the metadata API needs of it.</summary>
internal static class RequestReader
{
    public static MetadataRequest Read(IFeatureCollection features, bool underscoresAreHyphens)
    {
        var request = features.GetRequiredFeature<IHttpRequestFeature>();
        var headers = new Headers(request.Headers, underscoresAreHyphens);
        return new MetadataRequest
        {
            Method = request.Method,
            Target = request.RawTarget,
            InstanceId = headers[HeaderNames.InstanceId],
            Signature = headers[HeaderNames.InstanceIdSignature],
            TenantId = headers[HeaderNames.TenantId],
            ForwardedFor = headers[HeaderNames.ForwardedFor],
            Forwarded = headers["Forwarded"],
            MetadataProvider = headers["X-Metadata-Provider"],
            MetadataProviderSignature = headers["X-Metadata-Provider-Signature"],
            RequestId = RequestId.Read(headers[HeaderNames.RequestId]),
            Accept = headers["Accept"],
            Peer = features.Get<IHttpConnectionFeature>()?.RemoteIpAddress,
            ContentLength = request.Headers.ContentLength,
            Body = request.Body,
        };
    }

    private readonly struct Headers(IHeaderDictionary headers, bool underscoresAreHyphens)
    {
        public string? this[string name]
        {
            get
            {
                if (headers.TryGetValue(name, out var values)) return Joined(values);

                // CGI cannot tell X_Instance_ID from X-Instance-ID, so neither can Nova.
                return underscoresAreHyphens && headers.TryGetValue(name.Replace('-', '_'), out values) ? Joined(values) : null;
            }
        }

        // Eventlet joins repeated headers without a blank; a doubled id then matches nothing.
        private static string? Joined(StringValues values) => values.Count == 1 ? values[0] : string.Join(',', values.ToArray());
    }
}
