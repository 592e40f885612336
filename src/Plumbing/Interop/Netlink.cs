using System.Runtime.InteropServices;

namespace Firstlight.Plumbing.Interop;

/// <summary>Numbers that all of netlink(7) shares. Numbers in messages are in host order; nftables' own are not.</summary>
internal static class Netlink
{
    public const int NETLINK_ROUTE = 0;
    public const int NETLINK_NETFILTER = 12;
    public const ushort NLMSG_ERROR = 2;
    public const ushort NLMSG_DONE = 3;
    public const ushort NLM_F_REQUEST = 0x01;
    public const ushort NLM_F_ACK = 0x04;
    public const ushort NLM_F_DUMP_INTR = 0x10;
    public const ushort NLM_F_DUMP = 0x300;
    public const int HeaderLength = 16;

    /// <summary>Messages and attributes begin at multiples of four.</summary>
    public static int Aligned(int length) => (length + 3) & ~3;
}

/// <summary>The messages of one datagram, read in place. What is cut short or lies about its length ends the reading.</summary>
internal ref struct NetlinkMessages(ReadOnlySpan<byte> datagram)
{
    private ReadOnlySpan<byte> _rest = datagram;

    public NetlinkMessage Current { get; private set; }

    public readonly NetlinkMessages GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_rest.Length < Netlink.HeaderLength) return false;
        var length = MemoryMarshal.Read<uint>(_rest);
        if (length < Netlink.HeaderLength || length > _rest.Length) return false;
        Current = new NetlinkMessage(MemoryMarshal.Read<ushort>(_rest[4..]), MemoryMarshal.Read<ushort>(_rest[6..]), _rest[Netlink.HeaderLength..(int)length]);
        _rest = _rest[Math.Min(Netlink.Aligned((int)length), _rest.Length)..];
        return true;
    }
}

/// <summary>A message without its header.</summary>
internal readonly ref struct NetlinkMessage(ushort type, ushort flags, ReadOnlySpan<byte> body)
{
    public ushort Type { get; } = type;

    public ushort Flags { get; } = flags;

    public ReadOnlySpan<byte> Body { get; } = body;

    /// <summary>What an error message says; 0 is an acknowledgement.</summary>
    public int Errno => Body.Length >= sizeof(int) ? -MemoryMarshal.Read<int>(Body) : 0;
}

/// <summary>Attributes behind the fixed part of a message, or within another attribute, read in place.</summary>
internal ref struct NetlinkAttributes(ReadOnlySpan<byte> bytes)
{
    private const ushort TypeMask = 0x3fff;
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Those behind a fixed part of that length.</summary>
    public static NetlinkAttributes After(ReadOnlySpan<byte> body, int fixedLength) => new(body.Length > fixedLength ? body[fixedLength..] : default);

    public NetlinkAttribute Current { get; private set; }

    public readonly NetlinkAttributes GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_rest.Length < 4) return false;
        var length = MemoryMarshal.Read<ushort>(_rest);
        if (length < 4 || length > _rest.Length) return false;
        Current = new NetlinkAttribute((ushort)(MemoryMarshal.Read<ushort>(_rest[2..]) & TypeMask), _rest[4..length]);
        _rest = _rest[Math.Min(Netlink.Aligned(length), _rest.Length)..];
        return true;
    }
}

/// <summary>One attribute.</summary>
internal readonly ref struct NetlinkAttribute(ushort type, ReadOnlySpan<byte> value)
{
    public ushort Type { get; } = type;

    public ReadOnlySpan<byte> Value { get; } = value;

    /// <summary>The value as a number; 0 when it is too short for one.</summary>
    public int Number => Value.Length >= sizeof(int) ? MemoryMarshal.Read<int>(Value) : 0;

    /// <summary>The value as text, without the zero at its end.</summary>
    public string Text => System.Text.Encoding.UTF8.GetString(Value.IndexOf((byte)0) is var end and >= 0 ? Value[..end] : Value);
}

/// <summary>A request while it is written.</summary>
internal ref struct NetlinkRequest
{
    private readonly Span<byte> _buffer;
    private int _length;

    /// <summary>Begins one.</summary>
    /// <param name="buffer">Where it goes; long enough for all that is added.</param>
    /// <param name="type">Message type.</param>
    /// <param name="flags">Flags besides NLM_F_REQUEST.</param>
    /// <param name="body">The fixed part behind the header.</param>
    public NetlinkRequest(Span<byte> buffer, ushort type, ushort flags, scoped ReadOnlySpan<byte> body)
    {
        buffer.Clear();
        _buffer = buffer;
        MemoryMarshal.Write(buffer[4..], type);
        MemoryMarshal.Write(buffer[6..], (ushort)(flags | Netlink.NLM_F_REQUEST));
        body.CopyTo(buffer[Netlink.HeaderLength..]);
        _length = Netlink.HeaderLength + Netlink.Aligned(body.Length);
        MemoryMarshal.Write(buffer, _length);
    }

    public readonly ReadOnlySpan<byte> Bytes => _buffer[.._length];

    public void Add(ushort type, scoped ReadOnlySpan<byte> value)
    {
        MemoryMarshal.Write(_buffer[_length..], (ushort)(4 + value.Length));
        MemoryMarshal.Write(_buffer[(_length + 2)..], type);
        value.CopyTo(_buffer[(_length + 4)..]);
        _length += Netlink.Aligned(4 + value.Length);
        MemoryMarshal.Write(_buffer, _length);
    }

    public void Add(ushort type, int value) => Add(type, MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in value)));
}
