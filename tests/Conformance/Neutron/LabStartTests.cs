namespace Firstlight.Conformance.Tests.Neutron;

public sealed class LabStartTests(NeutronLab lab) : IClassFixture<NeutronLab>
{
    [Fact]
    public async Task Plain_is_served()
    {
        var guest = await lab.GuestAsync("plain");
        var answer = await guest.AskAsync("GET", "/openstack");
        Assert.Equal(200, answer.Status);
    }
}
