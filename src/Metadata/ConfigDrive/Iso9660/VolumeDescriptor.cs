using System.Buffers.Binary;
using System.Text;

namespace Firstlight.Metadata.ConfigDrive.Iso9660;

/// <summary>Volume descriptors (ECMA-119 8).</summary>
internal static class VolumeDescriptor
{
    private const byte Primary = 1;
    private const byte Supplementary = 2;
    private const byte End = 255;

    /// <summary>The primary descriptor, or Joliet's supplementary one (level 3 of UCS-2).</summary>
    /// <param name="joliet">Which of the two.</param>
    /// <param name="label">Publisher and date.</param>
    /// <param name="blocks">Blocks of the whole volume.</param>
    /// <param name="pathTableLength">Bytes of a path table.</param>
    /// <param name="pathTableL">Block of the little-endian one.</param>
    /// <param name="pathTableM">Block of the big-endian one.</param>
    /// <param name="root">Record of the root directory.</param>
    public static byte[] Volume(bool joliet, DriveLabel label, int blocks, int pathTableLength, int pathTableL, int pathTableM, byte[] root)
    {
        var descriptor = Start(joliet ? Supplementary : Primary);
        var span = descriptor.AsSpan();
        IsoField.Text(span.Slice(8, 32), "LINUX", joliet);
        IsoField.Text(span.Slice(40, 32), DriveLabel.Volume, joliet);
        IsoField.Both32(span[80..], blocks);
        if (joliet) "%/E"u8.CopyTo(span[88..]);
        IsoField.Both16(span[120..], 1);
        IsoField.Both16(span[124..], 1);
        IsoField.Both16(span[128..], IsoField.Sector);
        IsoField.Both32(span[132..], pathTableLength);
        BinaryPrimitives.WriteInt32LittleEndian(span[140..], pathTableL);
        BinaryPrimitives.WriteInt32BigEndian(span[148..], pathTableM);
        root.CopyTo(span[156..]);

        // Set, publisher, preparer, application; then files with copyright, abstract and bibliography, of which there are none.
        IsoField.Text(span.Slice(190, 128), "", joliet);
        IsoField.Text(span.Slice(318, 128), label.Publisher, joliet);
        IsoField.Text(span.Slice(446, 128), "", joliet);
        IsoField.Text(span.Slice(574, 128), "", joliet);
        IsoField.Text(span.Slice(702, 37), "", joliet);
        IsoField.Text(span.Slice(739, 37), "", joliet);
        IsoField.Text(span.Slice(776, 37), "", joliet);
        IsoField.LongDate(span[813..], label.Made);
        IsoField.LongDate(span[830..], label.Made);
        IsoField.LongDate(span[847..], null);
        IsoField.LongDate(span[864..], label.Made);
        span[881] = 1;
        return descriptor;
    }

    /// <summary>The last descriptor.</summary>
    public static byte[] Terminator() => Start(End);

    private static byte[] Start(byte type)
    {
        var descriptor = new byte[IsoField.Sector];
        descriptor[0] = type;
        Encoding.ASCII.GetBytes("CD001", descriptor.AsSpan(1));
        descriptor[6] = 1;
        return descriptor;
    }
}
