using System.Net;
using System.Net.Sockets;

namespace Firstlight.Api.Listen;

/// <summary>An address and port that cannot be listened on. The message is one line: which, why, and what to do.</summary>
public sealed class EndPointUnavailableException : Exception
{
    /// <summary>Says why an endpoint cannot be had.</summary>
    /// <param name="endPoint">The endpoint.</param>
    /// <param name="innerException">What came back.</param>
    public EndPointUnavailableException(IPEndPoint endPoint, Exception innerException)
        : base(Describe(endPoint, innerException), innerException) => EndPoint = endPoint;

    /// <summary>The endpoint.</summary>
    public IPEndPoint EndPoint { get; }

    private static string Describe(IPEndPoint endPoint, Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            switch ((e as SocketException)?.SocketErrorCode)
            {
                case SocketError.AddressAlreadyInUse:
                    return $"{endPoint} is taken: another program listens on port {endPoint.Port} (ss -ltnp 'sport = :{endPoint.Port}' names it); "
                        + "end it or set another metadata_listen_port";
                case SocketError.AccessDenied:
                    return $"{endPoint} is not allowed: port {endPoint.Port} is below 1024 and needs CAP_NET_BIND_SERVICE; "
                        + "set another metadata_listen_port";
                case SocketError.AddressNotAvailable:
                    return $"{endPoint} cannot be listened on: this host has no address {endPoint.Address}; set another metadata_listen";
            }
        }

        return $"{endPoint} cannot be listened on: {exception.Message}";
    }
}
