using System.Text;
using Firstlight.Doctor;
using Firstlight.Doctor.Documents;
using Firstlight.Metadata.Identity;

namespace Firstlight.Tests.Doctor;

public sealed class DocumentJudgeTests
{
    private const string Mac = "fa:16:3e:00:00:05";
    private static readonly AskedInstance Asked = new(new InstanceId("an-id"), new ProjectId("p"), "10.0.0.5", new HashSet<string> { Mac });

    [Theory]
    [InlineData("""{"uuid": "an-id", "hostname": "web", "random_seed": "AAAA"}""", null)]
    [InlineData("""{"uuid": "an-id"}""", "keeps the name")]
    [InlineData("""{"hostname": "web"}""", "stops without it")]
    [InlineData("""{"uuid": "another", "hostname": "web"}""", "another instance")]
    [InlineData("""{"uuid": "an-id", "hostname": "web", "random_seed": "no base64!"}""", "not base64")]
    [InlineData("[]", "wants an object")]
    [InlineData("<html>", "not JSON")]
    public void Meta_data_needs_the_uuid_of_the_instance(string json, string? why) => Hold(why, MetaDataJudge.Judge(Bytes(json), Asked));

    [Theory]
    [InlineData("""{"links": [{"id": "a", "type": "ovs", "ethernet_mac_address": "FA:16:3E:00:00:05"}], "networks": [{"id": "n", "link": "a"}], "services": []}""", null)]
    [InlineData("""{"links": [], "networks": []}""", "falls back to DHCP")]
    [InlineData("""{"links": [{"id": "a", "type": "warp", "ethernet_mac_address": "fa:16:3e:00:00:05"}]}""", "does not know")]
    [InlineData("""{"links": [{"id": "a", "type": "phy"}]}""", "has no MAC")]
    [InlineData("""{"links": [{"id": "a", "type": "phy", "ethernet_mac_address": "fa:16:3e:99:99:99"}]}""", "no port of the instance has")]
    [InlineData("""{"links": [{"id": "a", "type": "phy", "ethernet_mac_address": "fa:16:3e:00:00:05"}, {"id": "a", "type": "phy", "ethernet_mac_address": "fa:16:3e:00:00:05"}]}""", "of another")]
    [InlineData("""{"links": [{"id": "a", "type": "phy", "ethernet_mac_address": "fa:16:3e:00:00:05"}], "networks": [{"id": "n", "link": "b"}]}""", "refers to link b")]
    [InlineData("""{"links": [{"id": "a", "type": "phy", "ethernet_mac_address": "fa:16:3e:00:00:05"}], "networks": [{"id": "n", "link": "a", "ip_address": "ten"}]}""", "has the address ten")]
    [InlineData("""{"links": [7]}""", "not the JSON")]
    [InlineData("null", "wants an object")]
    [InlineData("{", "not the JSON")]
    public void Network_data_must_refer_to_itself_and_to_the_ports_of_the_instance(string json, string? why) => Hold(why, NetworkDataJudge.Judge(Bytes(json), Asked));

    [Theory]
    [InlineData("#!/bin/sh\n", null)]
    [InlineData("#cloud-config\npackages: [nginx]\n", null)]
    [InlineData("#cloud-config\n", null)]
    [InlineData("#cloud-config-archive\n- a\n", null)]
    [InlineData("#cloud-config\n- nginx\n", "not a mapping")]
    [InlineData("#cloud-config\npackages: [nginx\n", "no YAML from line")]
    [InlineData("\u001f\u008b", "does not begin with")]
    [InlineData("packages: [nginx]\n", "does not begin with")]
    [InlineData("", "set no user data")]
    public void User_data_begins_with_a_mark_of_its_kind(string text, string? why)
    {
        var verdict = UserDataJudge.Judge(Bytes(text), Asked);
        Assert.Contains(why ?? "", $"{verdict.Why} {verdict.Mend}");
        Assert.Equal(why is null, verdict.Why is null);
    }

    [Fact]
    public void User_data_may_be_as_large_as_Nova_takes_it_and_no_larger()
    {
        var largest = new byte[49_149];
        "#!"u8.CopyTo(largest);

        Assert.Null(UserDataJudge.Judge(largest, Asked).Why);
        Assert.True(UserDataJudge.Judge(new byte[49_150], Asked).IsFatal);
        Assert.Null(UserDataJudge.Judge(new byte[] { 0x1f, 0x8b, 8 }, Asked).Why);
    }

    [Theory]
    [InlineData("{}", null)]
    [InlineData("""{"cloud-init": "#cloud-config"}""", null)]
    [InlineData("null", null)]
    [InlineData("7", "it is a number")]
    [InlineData("{", "not JSON")]
    public void Vendor_data_is_an_object_a_list_or_a_text(string json, string? why) => Hold(why, VendorDataJudge.Judge(Bytes(json), Asked));

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static void Hold(string? why, DocumentVerdict verdict)
    {
        if (why is null) Assert.Null(verdict.Why);
        else Assert.Contains(why, verdict.Why);
    }
}
