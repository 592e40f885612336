using System.ComponentModel;
using Firstlight.Plumbing.Interop;
using Microsoft.Win32.SafeHandles;

namespace Firstlight.Plumbing.Namespaces;

/// <summary>The small numbers under which the host's own namespace knows others (RTM_GETNSID); notices about them carry these.</summary>
internal static class NamespaceIds
{
    private const int RequestLength = 64;

    /// <summary>The number of a namespace; it is given one where it has none.</summary>
    /// <param name="routes">A socket of the host's own namespace.</param>
    /// <param name="namespacePath">File of the other namespace.</param>
    /// <returns>Null where there is no such namespace.</returns>
    /// <exception cref="Win32Exception">The kernel did not answer.</exception>
    public static int? Of(NetlinkSocket routes, string namespacePath)
    {
        using var file = Sched.Open(namespacePath, Sched.O_CLOEXEC | Sched.O_NONBLOCK);
        if (file.IsInvalid) return null;
        if (Read(routes, file) is { } known) return known;

        var request = Request(stackalloc byte[RequestLength], RouteNetlink.RTM_NEWNSID, Netlink.NLM_F_ACK, file);
        request.Add(RouteNetlink.NETNSA_NSID, RouteNetlink.NETNSA_NSID_NOT_ASSIGNED);
        routes.Ask(request, (_, _) => { });

        // Whether we gave it one or somebody else did meanwhile.
        return Read(routes, file);
    }

    private static int? Read(NetlinkSocket routes, SafeFileHandle file)
    {
        int? id = null;
        routes.Ask(Request(stackalloc byte[RequestLength], RouteNetlink.RTM_GETNSID, flags: 0, file), (_, body) =>
        {
            foreach (var attribute in NetlinkAttributes.After(body, RouteNetlink.GenericLength))
            {
                if (attribute.Type == RouteNetlink.NETNSA_NSID && attribute.Number >= 0) id = attribute.Number;
            }
        });
        return id;
    }

    private static NetlinkRequest Request(Span<byte> buffer, ushort type, ushort flags, SafeFileHandle file)
    {
        var request = new NetlinkRequest(buffer, type, flags, stackalloc byte[RouteNetlink.GenericLength]);
        request.Add(RouteNetlink.NETNSA_FD, (int)file.DangerousGetHandle());
        return request;
    }
}
