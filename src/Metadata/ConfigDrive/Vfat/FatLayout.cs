namespace Firstlight.Metadata.ConfigDrive.Vfat;

/// <summary>Sizes of the one volume this program makes: 64 MiB of FAT16, as mkfs.fat lays out Nova's.</summary>
internal static class FatLayout
{
    public const int Sector = 512;
    public const int SectorsPerCluster = 4;
    public const int Cluster = SectorsPerCluster * Sector;
    public const int TotalSectors = 64 * 1024 * 1024 / Sector;
    public const int ReservedSectors = 4;
    public const int Tables = 2;
    public const int TableSectors = 128;
    public const int RootEntries = 512;
    public const int RootSectors = RootEntries * DirectoryEntries.Size / Sector;
    public const int FirstDataSector = ReservedSectors + (Tables * TableSectors) + RootSectors;

    /// <summary>Number of the first cluster.</summary>
    public const int FirstCluster = 2;

    /// <summary>Clusters there are. Between 4,085 and 65,524, which is what makes a volume FAT16.</summary>
    public const int Clusters = (TotalSectors - FirstDataSector) / SectorsPerCluster;

    public const byte FixedDisk = 0xf8;

    public static int ClustersOf(int bytes) => (bytes + Cluster - 1) / Cluster;
}
