namespace Firstlight.Doctor.Checks;

/// <summary>The subnet: there is a way from it to metadata.</summary>
internal sealed class SubnetCheck(OwnCase on) : ICheck
{
    public string Hop => Hops.Subnet;

    public IReadOnlyList<string> Needs => [];

    public Task<Finding> LookAsync(CancellationToken cancellationToken) => Task.FromResult(Look());

    private Finding Look()
    {
        if (on.WayFound.Way is { } way)
        {
            var seen = $"{Describe(way.Subnet)}; {way}";
            return way.Subnet.EnableDhcp
                ? Finding.Right(Hop, seen)
                : Finding.Odd(Hop, seen, "DHCP is off: nobody tells the guest its address and routes", "configure the guest by hand or by config drive (firstlight configdrive), or turn DHCP on");
        }

        var subnets = on.View.Subnets.Where(s => on.Port.FixedIps.Any(f => f.SubnetId == s.Id)).Select(Describe).ToList();
        return Finding.Wrong(Hop, subnets.Count == 0 ? "none" : string.Join("; ", subnets), on.WayFound.Why!, on.WayFound.Mend!);
    }

    private static string Describe(Inventory.Own.Model.Subnet subnet) =>
        $"{subnet.Name} {subnet.Cidr}, DHCP {(subnet.EnableDhcp ? "on" : "off")}, {(subnet.GatewayIp is null ? "no gateway" : $"gateway {subnet.GatewayIp}")}";
}
