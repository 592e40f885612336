using System.Buffers;
using System.Globalization;

namespace Firstlight.Metadata.Documents;

/// <summary>Writes JSON text byte for byte as Python's <c>json.dumps</c> does with its defaults.</summary>
/// <remarks>
/// Separators are <c>", "</c> and <c>": "</c>; the text is pure ASCII with lower-case <c>\uXXXX</c> (DEL too) and the short forms
/// <c>\" \\ \n \r \t \f \b</c>; <c>/ &lt; &gt; &amp; ' +</c> stay as they are. Order is the order of the calls. Not thread-safe.
/// </remarks>
public sealed class PythonJson
{
    private static readonly SearchValues<char> PlainCharacters = SearchValues.Create(PrintableExceptEscaped());
    private readonly ArrayBufferWriter<byte> _text;
    private bool _separate;

    /// <summary>Starts an empty text.</summary>
    /// <param name="capacity">Expected length in bytes; it grows as needed.</param>
    public PythonJson(int capacity = 1024) => _text = new ArrayBufferWriter<byte>(capacity);

    /// <summary>Bytes written so far.</summary>
    public ReadOnlySpan<byte> Written => _text.WrittenSpan;

    /// <summary>A copy of the text.</summary>
    public byte[] ToArray() => _text.WrittenSpan.ToArray();

    /// <summary>Opens an object.</summary>
    public void StartObject() => Open("{"u8);

    /// <summary>Closes an object.</summary>
    public void EndObject() => Close("}"u8);

    /// <summary>Opens an array.</summary>
    public void StartArray() => Open("["u8);

    /// <summary>Closes an array.</summary>
    public void EndArray() => Close("]"u8);

    /// <summary>Writes a key; the next call writes its value.</summary>
    public void Key(string name)
    {
        Separate();
        Quote(name);
        _text.Write(": "u8);
        _separate = false;
    }

    /// <summary>Writes a string, or <c>null</c>.</summary>
    public void String(string? value)
    {
        if (value is null)
        {
            Null();
            return;
        }

        Separate();
        Quote(value);
        _separate = true;
    }

    /// <summary>Writes a key and a string or <c>null</c>.</summary>
    public void Member(string name, string? value)
    {
        Key(name);
        String(value);
    }

    /// <summary>Writes a key and an integer, or <c>null</c>.</summary>
    public void Member(string name, long? value)
    {
        Key(name);
        if (value is { } number) Integer(number);
        else Null();
    }

    /// <summary>Writes an integer.</summary>
    public void Integer(long value) => Token(value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Writes a float in Python's shortest spelling (<c>100000.0</c>, <c>1e-08</c>, <c>NaN</c>).</summary>
    public void Float(double value) => Token(PythonFloat.Format(value));

    /// <summary>Writes <c>true</c> or <c>false</c>.</summary>
    public void Boolean(bool value) => Token(value ? "true" : "false");

    /// <summary>Writes <c>null</c>.</summary>
    public void Null() => Token("null");

    /// <summary>Writes a value that <see cref="PythonJsonReader"/> read.</summary>
    public void Value(object? value)
    {
        switch (value)
        {
            case null: Null(); break;
            case bool flag: Boolean(flag); break;
            case double number: Float(number); break;
            case string text: String(text); break;
            case JsonInteger integer: Token(integer.Digits); break;
            case List<object?> array:
                StartArray();
                foreach (var item in array) Value(item);
                EndArray();
                break;
            case OrderedDictionary<string, object?> members:
                StartObject();
                foreach (var (name, item) in members)
                {
                    Key(name);
                    Value(item);
                }

                EndObject();
                break;
            default: throw new ArgumentException($"{value.GetType()} is not a JSON value", nameof(value));
        }
    }

    /// <summary>Writes a string of <paramref name="length"/> spaces to be filled in later, and tells where they begin.</summary>
    internal int Reserve(int length)
    {
        Separate();
        _text.Write("\""u8);
        var offset = _text.WrittenCount;
        _text.GetSpan(length)[..length].Fill((byte)' ');
        _text.Advance(length);
        _text.Write("\""u8);
        _separate = true;
        return offset;
    }

    private void Open(ReadOnlySpan<byte> bracket)
    {
        Separate();
        _text.Write(bracket);
        _separate = false;
    }

    private void Close(ReadOnlySpan<byte> bracket)
    {
        _text.Write(bracket);
        _separate = true;
    }

    private void Token(string token)
    {
        Separate();
        Ascii(token);
        _separate = true;
    }

    private void Separate()
    {
        if (_separate) _text.Write(", "u8);
    }

    private void Quote(ReadOnlySpan<char> value)
    {
        _text.Write("\""u8);
        while (!value.IsEmpty)
        {
            var plain = value.IndexOfAnyExcept(PlainCharacters);
            if (plain < 0) plain = value.Length;
            Ascii(value[..plain]);
            if (plain == value.Length) break;

            Escape(value[plain]);
            value = value[(plain + 1)..];
        }

        _text.Write("\""u8);
    }

    private void Escape(char character)
    {
        switch (character)
        {
            case '"': _text.Write("\\\""u8); break;
            case '\\': _text.Write("\\\\"u8); break;
            case '\n': _text.Write("\\n"u8); break;
            case '\r': _text.Write("\\r"u8); break;
            case '\t': _text.Write("\\t"u8); break;
            case '\f': _text.Write("\\f"u8); break;
            case '\b': _text.Write("\\b"u8); break;
            default:
                // A character outside the basic plane is two UTF-16 units here and two escapes there; a lone surrogate stays one.
                var span = _text.GetSpan(6);
                "\\u"u8.CopyTo(span);
                ((int)character).TryFormat(span[2..], out _, "x4", CultureInfo.InvariantCulture);
                _text.Advance(6);
                break;
        }
    }

    private void Ascii(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty) return;
        var span = _text.GetSpan(text.Length);
        _text.Advance(System.Text.Encoding.ASCII.GetBytes(text, span));
    }

    private static string PrintableExceptEscaped() =>
        string.Create(0x7f - 0x20 - 2, 0, static (span, _) =>
        {
            var i = 0;
            for (var c = ' '; c < '\x7f'; c++)
            {
                if (c is not ('"' or '\\')) span[i++] = c;
            }
        });
}
