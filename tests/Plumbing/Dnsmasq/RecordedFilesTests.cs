using Firstlight.Plumbing.Dnsmasq;
using Firstlight.Plumbing.Tests.Support;

namespace Firstlight.Plumbing.Tests.Dnsmasq;

public sealed class RecordedFilesTests
{
    public static TheoryData<string> Networks => [.. RecordedCloud.Networks];

    [Theory]
    [MemberData(nameof(Networks))]
    public void Files_of_a_network_equal_the_ones_Neutron_wrote_to_the_byte(string network)
    {
        var files = DnsmasqFiles.Render(RecordedCloud.Network(network).Dhcp!);

        Assert.Equal(RecordedCloud.Golden(network, "host"), files.Host);
        Assert.Equal(RecordedCloud.Golden(network, "addn_hosts"), files.AddnHosts);
        Assert.Equal(RecordedCloud.Golden(network, "opts"), files.Opts);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Command_line_of_a_network_equals_the_one_Neutron_used(string network)
    {
        var wanted = RecordedCloud.Network(network);

        var arguments = DnsmasqCommandLine.Render($"LAB_DIR/state/neutron/dhcp/{network}", wanted, wanted.Dhcp!);

        Assert.Equal(RecordedCloud.Golden(network, "cmdline").TrimEnd('\n').Split('\n'), arguments);
    }
}
