using Firstlight.Inventory.Own.Model;

namespace Firstlight.Inventory.Own;

/// <summary>Neutron's words for <see cref="Ipv6Mode"/>, as stored, as written in files and as told to guests.</summary>
internal static class Ipv6ModeText
{
    /// <summary>The words in a sentence for error messages.</summary>
    public const string Choices = "slaac, dhcpv6-stateful or dhcpv6-stateless";

    public static string? Of(Ipv6Mode? mode) => mode switch
    {
        Ipv6Mode.Slaac => "slaac",
        Ipv6Mode.Dhcpv6Stateful => "dhcpv6-stateful",
        Ipv6Mode.Dhcpv6Stateless => "dhcpv6-stateless",
        _ => null,
    };

    public static bool TryParse(string? text, out Ipv6Mode mode)
    {
        foreach (var candidate in Enum.GetValues<Ipv6Mode>())
        {
            if (Of(candidate) != text) continue;
            mode = candidate;
            return true;
        }
        mode = default;
        return false;
    }

    /// <summary>Whether guests make their own address from the advertised prefix and their MAC.</summary>
    public static bool IsAutomatic(Subnet subnet) => subnet.Ipv6AddressMode is Ipv6Mode.Slaac or Ipv6Mode.Dhcpv6Stateless;
}
