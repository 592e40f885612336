namespace Firstlight.Metadata.ConfigDrive.Iso9660;

/// <summary>Places of pieces one behind another, none of which may lie across the border of a sector.</summary>
internal sealed class SectorBuffer
{
    private int _end;

    /// <summary>Length so far, up to the end of the last sector.</summary>
    public int WholeSectors => IsoField.Sectors(_end) * IsoField.Sector;

    /// <summary>Places a piece.</summary>
    /// <param name="length">At most a sector.</param>
    /// <param name="offset">Where it begins.</param>
    public void Add(int length, out int offset)
    {
        var left = IsoField.Sector - (_end % IsoField.Sector);
        offset = length > left ? _end + left : _end;
        _end = offset + length;
    }
}
