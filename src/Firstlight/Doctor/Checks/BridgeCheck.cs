using Firstlight.Plumbing.Links;

namespace Firstlight.Doctor.Checks;

/// <summary>The bridge of the network on this host.</summary>
internal sealed class BridgeCheck(OwnCase on) : ICheck
{
    public string Hop => Hops.Bridge;

    public IReadOnlyList<string> Needs => [];

    public async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        var name = DeviceNames.Bridge(on.Network.Id);
        return await on.Host.DeviceAsync(networkNamespace: null, name, cancellationToken) switch
        {
            null => Finding.Wrong(Hop, $"{name} is missing", "the network is not plumbed on this host", "start the host agent, or see in its log why this network fails"),
            { Up: false } => Finding.Wrong(Hop, $"{name} is down", "no packet passes it", $"ip link set dev {name} up (a running host agent does so by itself)"),
            _ => Finding.Right(Hop, $"{name} is up"),
        };
    }
}
