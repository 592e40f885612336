using System.Buffers;

namespace Firstlight.Management;

/// <summary>Builds <c>a="b",c="d"</c> without allocating while it is short; the text is the key of a series and what is printed.</summary>
internal ref struct LabelText(Span<char> buffer)
{
    private Span<char> _buffer = buffer;
    private char[]? _rented;
    private int _length;

    /// <summary>What was built.</summary>
    public readonly ReadOnlySpan<char> Text => _buffer[.._length];

    /// <summary>Appends a label, escaped as the text format has it.</summary>
    public void Append(string name, object? value)
    {
        if (_length > 0) Append(',');
        foreach (var c in name) Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
        Append('=');
        Append('"');
        foreach (var c in value as string ?? value switch { null => "", bool b => b ? "true" : "false", _ => value.ToString() ?? "" })
        {
            switch (c)
            {
                case '\\': Append('\\'); Append('\\'); break;
                case '"': Append('\\'); Append('"'); break;
                case '\n': Append('\\'); Append('n'); break;
                default: Append(c); break;
            }
        }

        Append('"');
    }

    /// <summary>Gives a borrowed buffer back.</summary>
    public readonly void Dispose()
    {
        if (_rented is not null) ArrayPool<char>.Shared.Return(_rented);
    }

    private void Append(char c)
    {
        if (_length == _buffer.Length)
        {
            var larger = ArrayPool<char>.Shared.Rent(_length * 2);
            _buffer.CopyTo(larger);
            if (_rented is not null) ArrayPool<char>.Shared.Return(_rented);
            _buffer = _rented = larger;
        }

        _buffer[_length++] = c;
    }
}
