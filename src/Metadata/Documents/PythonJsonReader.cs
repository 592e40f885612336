using System.Globalization;
using System.Text;

namespace Firstlight.Metadata.Documents;

/// <summary>An integer of any size, kept as its digits.</summary>
/// <param name="Digits">Decimal digits, a minus sign before them if negative; never <c>-0</c>.</param>
public sealed record JsonInteger(string Digits);

/// <summary>Reads JSON text as Python's <c>json.load</c> does, so that <see cref="PythonJson"/> can write it again.</summary>
/// <remarks>
/// Beyond the standard it takes <c>NaN</c>, <c>Infinity</c>, <c>-Infinity</c> and lone surrogate escapes; of equal keys the first keeps its
/// place and the last its value. A byte order mark is refused.
/// </remarks>
public ref struct PythonJsonReader
{
    // Python stops near 1000 nested calls; nobody's vendor file comes close.
    private const int DepthLimit = 900;
    private readonly ReadOnlySpan<char> _text;
    private int _at;
    private int _depth;

    private PythonJsonReader(ReadOnlySpan<char> text) => _text = text;

    /// <summary>Reads one JSON value.</summary>
    /// <param name="utf8">The whole text.</param>
    /// <returns>
    /// null, <see cref="bool"/>, <see cref="double"/>, <see cref="string"/>, <see cref="JsonInteger"/>, a list of values, or an ordered
    /// dictionary of values.
    /// </returns>
    /// <exception cref="FormatException">Not UTF-8 or not JSON; the message says what and at which character.</exception>
    public static object? Read(ReadOnlySpan<byte> utf8)
    {
        if (utf8.StartsWith("\uFEFF"u8)) throw new FormatException("starts with a UTF-8 byte order mark");

        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(utf8);
        }
        catch (DecoderFallbackException e)
        {
            throw new FormatException($"is not UTF-8 at byte {e.Index}", e);
        }

        var reader = new PythonJsonReader(text);
        var value = reader.Value();
        reader.SkipBlanks();
        return reader._at == text.Length ? value : throw reader.Unexpected("end of text");
    }

    private object? Value()
    {
        SkipBlanks();
        if (_at >= _text.Length) throw Unexpected("a value");
        if (++_depth > DepthLimit) throw new FormatException($"is nested deeper than {DepthLimit} levels");

        var value = _text[_at] switch
        {
            '{' => Object(),
            '[' => Array(),
            '"' => String(),
            'n' => Word("null", null),
            't' => Word("true", true),
            'f' => Word("false", false),
            'N' => Word("NaN", double.NaN),
            'I' => Word("Infinity", double.PositiveInfinity),
            '-' when _text[_at..].StartsWith("-I") => Word("-Infinity", double.NegativeInfinity),
            _ => Number(),
        };
        _depth--;
        return value;
    }

    private OrderedDictionary<string, object?> Object()
    {
        var members = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        _at++;
        SkipBlanks();
        if (Take('}')) return members;
        while (true)
        {
            SkipBlanks();
            if (_at >= _text.Length || _text[_at] != '"') throw Unexpected("a key in double quotes");
            var name = String();
            SkipBlanks();
            if (!Take(':')) throw Unexpected("':'");
            members[name] = Value();
            SkipBlanks();
            if (Take('}')) return members;
            if (!Take(',')) throw Unexpected("',' or '}'");
        }
    }

    private List<object?> Array()
    {
        var items = new List<object?>();
        _at++;
        SkipBlanks();
        if (Take(']')) return items;
        while (true)
        {
            items.Add(Value());
            SkipBlanks();
            if (Take(']')) return items;
            if (!Take(',')) throw Unexpected("',' or ']'");
        }
    }

    private string String()
    {
        var text = new StringBuilder();
        _at++;
        while (true)
        {
            if (_at >= _text.Length) throw Unexpected("'\"'");
            var c = _text[_at++];
            if (c == '"') return text.ToString();
            if (c < ' ') throw new FormatException($"has a control character inside a string at character {_at - 1}");
            text.Append(c == '\\' ? Escaped() : c);
        }
    }

    private char Escaped()
    {
        if (_at >= _text.Length) throw Unexpected("an escape");
        var c = _text[_at++];
        switch (c)
        {
            case '"' or '\\' or '/': return c;
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case 'f': return '\f';
            case 'b': return '\b';
            case 'u' when _at + 4 <= _text.Length
                && ushort.TryParse(_text.Slice(_at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit):
                _at += 4;
                return (char)unit;
            default: throw new FormatException($"has a bad escape at character {_at - 2}");
        }
    }

    private object Number()
    {
        var start = _at;
        Take('-');
        if (!Take('0') && !Digits()) throw Unexpected("a value");

        var whole = _at;
        if (_at + 1 < _text.Length && _text[_at] == '.' && char.IsAsciiDigit(_text[_at + 1]))
        {
            _at++;
            Digits();
        }

        Exponent();
        var text = _text[start.._at];
        if (whole == _at) return new JsonInteger(text is "-0" ? "0" : text.ToString());
        return double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
    }

    private void Exponent()
    {
        if (_at >= _text.Length || _text[_at] is not ('e' or 'E')) return;
        var before = _at++;
        if (!Take('+')) Take('-');
        if (!Digits()) _at = before;
    }

    private bool Digits()
    {
        var start = _at;
        while (_at < _text.Length && char.IsAsciiDigit(_text[_at])) _at++;
        return _at > start;
    }

    private object? Word(string word, object? value)
    {
        if (!_text[_at..].StartsWith(word)) throw Unexpected("a value");
        _at += word.Length;
        return value;
    }

    private bool Take(char c)
    {
        if (_at >= _text.Length || _text[_at] != c) return false;
        _at++;
        return true;
    }

    private void SkipBlanks()
    {
        while (_at < _text.Length && _text[_at] is (' ' or '\t' or '\n' or '\r')) _at++;
    }

    private readonly FormatException Unexpected(string expected) => new($"is not JSON: expected {expected} at character {_at}");
}
