using Firstlight.Host;
using Firstlight.Plumbing.Attach;
using Firstlight.Plumbing.Links;

namespace Firstlight.Doctor.Checks;

/// <summary>The rules that hold each guest to its own addresses: they let this one send from its own, and nobody else.</summary>
internal sealed class GuardCheck(OwnCase on) : ICheck
{
    private const string Restore = "start the host agent; a running one mends its table, and says in its log why a port is left out";

    public string Hop => Hops.Guard;

    public IReadOnlyList<string> Needs => [Hops.Guest];

    public Task<Finding> LookAsync(CancellationToken cancellationToken) => Task.FromResult(Look());

    private Finding Look()
    {
        var device = DeviceNames.HostEnd(on.Port.Id);
        var state = new GuestAttachment(on.Settings.StatePath, TimeProvider.System).Guard(GuestPorts.Of(on.Port));
        if (state.IsOff) return Finding.Right(Hop, $"{device} may send whatever it likes, on purpose");
        return state.IsGuarded ? Finding.Right(Hop, $"{device} is held to its own addresses") : Finding.Wrong(Hop, state.Reason, Consequence(state.Flaw), Restore);
    }

    private static string Consequence(GuardFlaw flaw) => flaw switch
    {
        GuardFlaw.Device => "a guest's device that the guard does not know is shut off",
        GuardFlaw.Addresses => "what the guest sends from its address is dropped",
        _ => "nothing keeps another guest of the network from taking this one's address and reading its metadata",
    };
}
