using System.Net;
using System.Net.NetworkInformation;
using System.Runtime.InteropServices;

namespace Firstlight.Plumbing.Nftables;

/// <summary>Sets of the port guard's table, in the order they are declared.</summary>
internal enum GuardSet : byte
{
    CarriedDevices,
    PortDevices,
    GuestMac,
    GuestClient,
    GuestIp4,
    GuestIp6,
    GuestTarget,
    PairIp4,
    PairIp6,
    PairTarget,
}

/// <summary>What becomes of a device's packets.</summary>
internal enum GuardVerdict : byte
{
    Drop,
    Accept,

    /// <summary>They pass what is said of a guest.</summary>
    Guest,
}

/// <summary>An element of one of the port guard's sets, but for the device each of them begins with. In one form only, so that equal elements are one element to the kernel.</summary>
/// <param name="Set">Where it is.</param>
/// <param name="Verdict">What is done; of <see cref="GuardSet.PortDevices"/> only.</param>
/// <param name="Mac">MAC, its first byte the most significant of six; 0 where the set has none.</param>
/// <param name="First">First address as a number; 0 where the set has none.</param>
/// <param name="Last">Last address; the same as the first in sets that have no ranges.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct GuardElement(GuardSet Set, GuardVerdict Verdict, ulong Mac, Bits128 First, Bits128 Last)
{
    private static readonly string[] Names =
        ["carried_devices", "port_devices", "guest_mac", "guest_client", "guest_ip4", "guest_ip6", "guest_target", "pair_ip4", "pair_ip6", "pair_target"];

    /// <summary>At most so many has the device of a guest with one address of each family.</summary>
    public const int Usual = 8;

    /// <summary>All sets.</summary>
    public static readonly GuardSet[] Sets = Enum.GetValues<GuardSet>();

    /// <summary>A set as the table names it.</summary>
    public static string NameOf(GuardSet set) => Names[(int)set];

    /// <summary>A device in a bridge of ours.</summary>
    public static GuardElement Carried { get; } = new(GuardSet.CarriedDevices, default, 0, default, default);

    /// <summary>What becomes of packets of a device.</summary>
    public static GuardElement Of(GuardVerdict verdict) => new(GuardSet.PortDevices, verdict, 0, default, default);

    /// <summary>A MAC.</summary>
    public static GuardElement Of(GuardSet set, PhysicalAddress mac) => new(set, default, Number(mac), default, default);

    /// <summary>A MAC and addresses it goes with.</summary>
    public static GuardElement Of(GuardSet set, PhysicalAddress mac, Bits128 first, Bits128 last) => new(set, default, Number(mac), first, last);

    /// <summary>An order of elements, the same whoever made them.</summary>
    public static int Compare(GuardElement left, GuardElement right)
    {
        // As numbers: an enumeration compares as an object.
        if (left.Set != right.Set) return (byte)left.Set - (byte)right.Set;
        if (left.Mac != right.Mac) return left.Mac.CompareTo(right.Mac);
        if (left.First != right.First) return Bits128.Compare(left.First, right.First);
        return left.Last != right.Last ? Bits128.Compare(left.Last, right.Last) : (byte)left.Verdict - (byte)right.Verdict;
    }

    /// <summary>What it lets a device use: an address or a range, where it is of no address a MAC.</summary>
    public string Lets => Set switch
    {
        GuardSet.CarriedDevices or GuardSet.PortDevices => "anything",
        GuardSet.GuestMac or GuardSet.GuestClient => Station,
        _ => First == Last ? AddressText(First) : $"{AddressText(First)}-{AddressText(Last)}",
    };

    /// <summary>As nft reads it, to be found or deleted.</summary>
    public string Key(string device) => Set switch
    {
        GuardSet.CarriedDevices or GuardSet.PortDevices => $"\"{device}\"",
        GuardSet.GuestMac => $"\"{device}\" . {Station}",
        GuardSet.GuestClient => $"\"{device}\" . 0x{Mac:x12}",
        _ => $"\"{device}\" . {Station} . {Address(First)}{(First == Last ? "" : $"-{Address(Last)}")}",
    };

    /// <summary>As nft reads it, to be added.</summary>
    public string Text(string device) => Set is GuardSet.PortDevices ? $"{Key(device)} : {Done}" : Key(device);

    private static ulong Number(PhysicalAddress mac)
    {
        var number = 0ul;
        foreach (var octet in mac.GetAddressBytes()) number = (number << 8) | octet;
        return number;
    }

    private string Done => Verdict switch { GuardVerdict.Guest => $"goto {PortGuardRuleset.GuestChain}", GuardVerdict.Accept => "accept", _ => "drop" };

    private string Station =>
        $"{(byte)(Mac >> 40):x2}:{(byte)(Mac >> 32):x2}:{(byte)(Mac >> 24):x2}:{(byte)(Mac >> 16):x2}:{(byte)(Mac >> 8):x2}:{(byte)Mac:x2}";

    // ICMPv6 targets are raw bits to this nft.
    private string Address(Bits128 number) => Set is GuardSet.GuestTarget or GuardSet.PairTarget ? $"0x{number.High:x16}{number.Low:x16}" : AddressText(number);

    private string AddressText(Bits128 number)
    {
        Span<byte> bytes = stackalloc byte[Bits128.Length];
        number.Write(bytes);
        return new IPAddress(Set is GuardSet.GuestIp4 or GuardSet.PairIp4 ? bytes[12..] : bytes).ToString();
    }
}
