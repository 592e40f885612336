using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Firstlight.Plumbing.Interop;
using static Firstlight.Plumbing.Interop.NftNetlink;

namespace Firstlight.Plumbing.Nftables;

/// <summary>Reads what is in the port guard's sets from the kernel. No program is run: nft takes half a second to write and we to read what the kernel tells of 5,000 ports in some ten milliseconds.</summary>
internal static class GuardReader
{
    private const int MacOffset = SocketCalls.IFNAMSIZ;

    // Parts of a key begin at multiples of four.
    private const int AddressOffset = MacOffset + 8;

    /// <summary>Reads them all.</summary>
    /// <param name="rules">Where rules are asked for.</param>
    /// <param name="table">Table of family bridge.</param>
    /// <returns>What there is; null when there is no such table, or a set of it is not there.</returns>
    /// <exception cref="FormatException">There is something in them that we do not put there.</exception>
    /// <exception cref="Win32Exception">The kernel did not answer.</exception>
    public static PortGuardElements? Read(NetlinkSocket rules, string table)
    {
        var devices = new Dictionary<Bits128, List<GuardElement>>();
        var found = new List<(Bits128 Device, GuardElement Element)>();
        foreach (var set in GuardElement.Sets)
        {
            found.Clear();
            if (!SetElements.Ask(rules, NFPROTO_BRIDGE, table, GuardElement.NameOf(set), element => found.Add(Parse(set, element)), found.Clear)) return null;
            foreach (var (device, element) in found) (CollectionsMarshal.GetValueRefOrAddDefault(devices, device, out _) ??= new List<GuardElement>(GuardElement.Usual)).Add(element);
        }

        return PortGuardElements.Of(devices.Select(d => KeyValuePair.Create(NameOf(d.Key), d.Value)));
    }

    /// <summary>Adds the elements a message tells of.</summary>
    /// <exception cref="FormatException">One of them is none of ours.</exception>
    internal static void AddElements(List<(Bits128 Device, GuardElement Element)> found, GuardSet set, ReadOnlySpan<byte> body) =>
        SetElements.Read(body, element => found.Add(Parse(set, element)));

    // What was put into a set with a timeout, a counter or the like is not ours, even where its key is; a comment is harmless.
    private static (Bits128 Device, GuardElement Element) Parse(GuardSet set, ReadOnlySpan<byte> element)
    {
        ReadOnlySpan<byte> key = default;
        ReadOnlySpan<byte> end = default;
        var verdict = (GuardVerdict?)null;
        foreach (var attribute in new NetlinkAttributes(element))
        {
            switch (attribute.Type)
            {
                case NFTA_SET_ELEM_KEY:
                    key = Data(attribute.Value, NFTA_DATA_VALUE);
                    break;
                case NFTA_SET_ELEM_KEY_END:
                    end = Data(attribute.Value, NFTA_DATA_VALUE);
                    break;
                case NFTA_SET_ELEM_DATA:
                    verdict = Verdict(Data(attribute.Value, NFTA_DATA_VERDICT));
                    break;
                case NFTA_SET_ELEM_USERDATA:
                    break;
                default:
                    throw Foreign(set);
            }
        }

        var addressLength = set switch
        {
            GuardSet.CarriedDevices or GuardSet.PortDevices or GuardSet.GuestMac or GuardSet.GuestClient => 0,
            GuardSet.GuestIp4 or GuardSet.PairIp4 => 4,
            _ => Bits128.Length,
        };
        var hasMac = set is not (GuardSet.CarriedDevices or GuardSet.PortDevices);
        var length = hasMac ? AddressOffset + addressLength : MacOffset;
        if (key.Length != length || set is GuardSet.PortDevices != verdict is not null) throw Foreign(set);
        if (!end.IsEmpty && (end.Length != length || addressLength == 0 || !end[..AddressOffset].SequenceEqual(key[..AddressOffset]))) throw Foreign(set);

        var mac = hasMac ? BinaryPrimitives.ReadUInt64BigEndian(key[MacOffset..]) >> 16 : 0;
        var (first, last) = (Address(key), Address(end.IsEmpty ? key : end));
        return (Bits128.Read(key), new GuardElement(set, verdict ?? default, mac, first, last));

        Bits128 Address(ReadOnlySpan<byte> bytes) => addressLength switch
        {
            4 => new Bits128(0, BinaryPrimitives.ReadUInt32BigEndian(bytes[AddressOffset..])),
            Bits128.Length => Bits128.Read(bytes[AddressOffset..]),
            _ => default,
        };
    }

    private static ReadOnlySpan<byte> Data(ReadOnlySpan<byte> data, ushort type)
    {
        foreach (var attribute in new NetlinkAttributes(data))
        {
            if (attribute.Type == type) return attribute.Value;
        }

        return default;
    }

    private static GuardVerdict Verdict(ReadOnlySpan<byte> verdict)
    {
        var (code, chain) = (int.MinValue, "");
        foreach (var attribute in new NetlinkAttributes(verdict))
        {
            if (attribute.Type == NFTA_VERDICT_CODE && attribute.Value.Length == sizeof(int)) code = BinaryPrimitives.ReadInt32BigEndian(attribute.Value);
            else if (attribute.Type == NFTA_VERDICT_CHAIN) chain = attribute.Text;
        }

        return (code, chain) switch
        {
            (NF_DROP, "") => GuardVerdict.Drop,
            (NF_ACCEPT, "") => GuardVerdict.Accept,
            (NFT_GOTO, PortGuardRuleset.GuestChain) => GuardVerdict.Guest,
            _ => throw Foreign(GuardSet.PortDevices),
        };
    }

    // The kernel lets a name hold anything; one that nft could not be told again is not ours.
    private static string NameOf(Bits128 device)
    {
        Span<byte> bytes = stackalloc byte[SocketCalls.IFNAMSIZ];
        device.Write(bytes);
        var name = bytes.TrimEnd((byte)0);
        foreach (var octet in name)
        {
            if (octet is <= (byte)' ' or > (byte)'~' or (byte)'"' or (byte)'\\' or (byte)'*') throw new FormatException("a set of the port guard names a device that can be none");
        }

        return Encoding.ASCII.GetString(name);
    }

    private static FormatException Foreign(GuardSet set) => new($"{GuardElement.NameOf(set)} of the port guard holds something that was not put there by us");
}
