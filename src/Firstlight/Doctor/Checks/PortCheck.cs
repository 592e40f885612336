using Firstlight.Cli.Views;

namespace Firstlight.Doctor.Checks;

/// <summary>The port: it has an address, and somebody uses it.</summary>
internal sealed class PortCheck(OwnCase on) : ICheck
{
    public string Hop => Hops.Port;

    public IReadOnlyList<string> Needs => [];

    public Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        var port = on.Port;
        var addresses = string.Join(", ", port.FixedIps.Select(f => f.Address));
        var seen = $"{port.Id} of network {on.Network.Name} ({on.Patient.Found}): {CloudViews.MacText(port.Mac)}, {(addresses.Length == 0 ? "no address" : addresses)}";
        if (port.FixedIps.IsEmpty)
        {
            return Task.FromResult(Finding.Wrong(
                Hop, seen, "a guest without an address on this network is nobody", $"create it again on a network with a subnet: firstlight port create NAME --network {on.Network.Name}"));
        }

        if (port.DeviceId.Length > 0) return Task.FromResult(Finding.Right(Hop, seen));
        return Task.FromResult(Finding.Wrong(
            Hop, $"{seen}, no device", "the port has no device_id: whoever asks from its address is nobody's guest and is told 404", "attach it to a server: name the port under its server in a cloud file and apply that"));
    }
}
