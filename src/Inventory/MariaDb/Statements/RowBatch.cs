using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Firstlight.Inventory.MariaDb.Statements;

/// <summary>Some rows of a result, copied out of the library. Written by the connection's thread, then only read.</summary>
internal sealed class RowBatch(Column[] columns)
{
    // A batch ends with the row that passes one of these; a row of any size fits.
    private const int FullBytes = 1 << 20;
    private const int FullRows = 1024;

    private Cell[] _cells = [];
    private byte[] _bytes = [];
    private int _used;

    public Column[] Columns { get; } = columns;

    public int Rows { get; private set; }

    /// <summary>Whether no rows follow.</summary>
    public bool IsLast { get; set; }

    public bool IsFull => _used >= FullBytes || Rows >= FullRows;

    public ref readonly Cell At(int row, int column) => ref _cells[(row * Columns.Length) + column];

    public ReadOnlySpan<byte> Bytes(in Cell cell) => _bytes.AsSpan(cell.Offset, cell.Length);

    /// <summary>A stream over the value itself, not a copy.</summary>
    public MemoryStream Open(in Cell cell) => new(_bytes, cell.Offset, cell.Length, writable: false);

    /// <summary>The cells of a new row, to be filled at once.</summary>
    public Span<Cell> AddRow()
    {
        var start = Rows * Columns.Length;
        if (start + Columns.Length > _cells.Length) Array.Resize(ref _cells, Math.Max(start + Columns.Length, _cells.Length * 2));
        Rows++;
        return _cells.AsSpan(start, Columns.Length);
    }

    /// <summary>Room for a value of <paramref name="length"/> bytes, and the cell that names it.</summary>
    public Span<byte> Reserve(int length, out Cell cell)
    {
        if (_bytes.Length - _used < length)
        {
            // One large value is not given twice its room.
            var wanted = Math.Max(checked(_used + length), Math.Min(Math.Max(1024, _used * 2L), FullBytes));
            Array.Resize(ref _bytes, (int)wanted);
        }
        cell = new Cell(0, _used, length);
        _used += length;
        return _bytes.AsSpan(cell.Offset, length);
    }
}

/// <summary>One value: a number in <paramref name="Bits"/>, or bytes of the batch, or NULL.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Cell(long Bits, int Offset, int Length)
{
    public static Cell Null => new(0, 0, -1);

    public bool IsNull => Length < 0;

    public double AsDouble => Unsafe.BitCast<long, double>(Bits);

    public static Cell Of(long bits) => new(bits, 0, 0);

    public static Cell Of(double number) => new(Unsafe.BitCast<double, long>(number), 0, 0);
}
