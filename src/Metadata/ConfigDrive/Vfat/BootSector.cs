using System.Buffers.Binary;
using System.Text;

namespace Firstlight.Metadata.ConfigDrive.Vfat;

/// <summary>The first sector (FAT specification 1.03, "Boot Sector and BPB").</summary>
internal static class BootSector
{
    public static byte[] Render(DriveLabel label)
    {
        var sector = new byte[FatLayout.Sector];
        var span = sector.AsSpan();
        ReadOnlySpan<byte> jump = [0xeb, 0x3c, 0x90];
        jump.CopyTo(span);
        Encoding.ASCII.GetBytes("FIRSTLGT", span[3..]);
        BinaryPrimitives.WriteUInt16LittleEndian(span[11..], FatLayout.Sector);
        span[13] = FatLayout.SectorsPerCluster;
        BinaryPrimitives.WriteUInt16LittleEndian(span[14..], FatLayout.ReservedSectors);
        span[16] = FatLayout.Tables;
        BinaryPrimitives.WriteUInt16LittleEndian(span[17..], FatLayout.RootEntries);
        span[21] = FatLayout.FixedDisk;
        BinaryPrimitives.WriteUInt16LittleEndian(span[22..], FatLayout.TableSectors);
        // A geometry that nobody uses, but that readers of disks want to be there.
        BinaryPrimitives.WriteUInt16LittleEndian(span[24..], 32);
        BinaryPrimitives.WriteUInt16LittleEndian(span[26..], 64);
        BinaryPrimitives.WriteUInt32LittleEndian(span[32..], FatLayout.TotalSectors);
        span[36] = 0x80;
        span[38] = 0x29;
        BinaryPrimitives.WriteUInt32LittleEndian(span[39..], unchecked((uint)label.Made.ToUnixTimeSeconds()));
        Encoding.ASCII.GetBytes(DriveLabel.Volume.PadRight(11), span[43..]);
        Encoding.ASCII.GetBytes("FAT16   ", span[54..]);
        // A machine that boots from it waits for ever instead of running what follows.
        ReadOnlySpan<byte> halt = [0xfa, 0xf4, 0xeb, 0xfd];
        halt.CopyTo(span[62..]);
        (span[510], span[511]) = (0x55, 0xaa);
        return sector;
    }
}
