using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Firstlight.Inventory.MariaDb.Native;

namespace Firstlight.Inventory.MariaDb.Statements;

/// <summary>The memory that the library writes a row into: numbers and times themselves, of text and bytes only the length.</summary>
internal sealed unsafe class ResultSlots : SafeHandle
{
    private readonly int _count;

    public ResultSlots(Column[] columns)
        : base(0, ownsHandle: true)
    {
        _count = columns.Length;
        SetHandle((nint)NativeMemory.AllocZeroed((nuint)columns.Length, (nuint)(sizeof(MysqlBind) + sizeof(Slot))));
        for (var i = 0; i < columns.Length; i++)
        {
            var slot = At(i);
            var type = columns[i].BoundAs;
            // A length of zero makes the library skip the value; it is fetched afterwards, into exactly as much room as it needs.
            var isMeasured = type == FieldType.Blob;
            Binds[i] = new MysqlBind
            {
                Length = &slot->Length,
                IsNull = &slot->IsNull,
                Error = &slot->Error,
                Buffer = slot->Value,
                BufferLength = isMeasured ? 0u : Slot.Room,
                BufferType = type,
                IsUnsigned = columns[i].IsUnsigned ? (byte)1 : (byte)0,
            };
        }
    }

    public override bool IsInvalid => handle == 0;

    public MysqlBind* Binds => (MysqlBind*)handle;

    public Slot* At(int column) => (Slot*)(handle + (_count * sizeof(MysqlBind))) + column;

    protected override bool ReleaseHandle()
    {
        NativeMemory.Free((void*)handle);
        return true;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Slot
    {
        /// <summary>Holds a <c>MYSQL_TIME</c>, the largest.</summary>
        public const int Room = 40;

        public fixed byte Value[Room];
        public nuint Length;
        public byte IsNull;
        public byte Error;

        [UnscopedRef]
        public ref readonly T As<T>()
            where T : unmanaged => ref Unsafe.As<byte, T>(ref Value[0]);
    }
}
