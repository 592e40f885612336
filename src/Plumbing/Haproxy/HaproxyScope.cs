using System.Net.Sockets;
using Firstlight.Plumbing.Links;
using Firstlight.Plumbing.Reconcile;

namespace Firstlight.Plumbing.Haproxy;

/// <summary>What a haproxy stands for: whose guests it serves, and where they reach it.</summary>
/// <param name="Id">UUID of the network or router.</param>
/// <param name="IsRouter">Whether guests are known by router.</param>
/// <param name="Bind">Address and port.</param>
/// <param name="Device">Device with fe80::a9fe:a9fe, which it listens on too; null for none.</param>
internal sealed record HaproxyScope(string Id, bool IsRouter, string Bind, string? Device)
{
    /// <summary>In the namespace of a network: at the metadata address itself.</summary>
    public static HaproxyScope Of(WantedNetwork network, WantedDhcp dhcp) =>
        new(network.Id, IsRouter: false, "169.254.169.254:80", dhcp.MetadataV6 ? DeviceNames.DhcpEnd(dhcp.PortId) : null);

    /// <summary>In the namespace of a router: at every address, for REDIRECT sends guests to that of the leg they come in by. One socket serves both families.</summary>
    public static HaproxyScope Of(WantedRouter router) =>
        new(router.Id, IsRouter: true, $"{(Socket.OSSupportsIPv6 ? "::" : "0.0.0.0")}:{router.MetadataPort}", Device: null);
}
