using System.Globalization;
using System.Text;
using System.Text.Json;
using Firstlight.Metadata.Documents;
using FsCheck;
using FsCheck.Fluent;

namespace Firstlight.Metadata.Tests.Documents;

public sealed class PythonJsonTests
{
    [Theory]
    [InlineData(1.5, "1.5")]
    [InlineData(0.0, "0.0")]
    [InlineData(-0.0, "-0.0")]
    [InlineData(100000.0, "100000.0")]
    [InlineData(123456.789, "123456.789")]
    [InlineData(0.1, "0.1")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(0.00001, "1e-05")]
    [InlineData(1e-8, "1e-08")]
    [InlineData(1.25e-7, "1.25e-07")]
    [InlineData(1e15, "1000000000000000.0")]
    [InlineData(1234567890123456.0, "1234567890123456.0")]
    [InlineData(9999999999999998.0, "9999999999999998.0")]
    [InlineData(1e16, "1e+16")]
    [InlineData(1.2345e22, "1.2345e+22")]
    [InlineData(-2.5e-100, "-2.5e-100")]
    [InlineData(1.7976931348623157e308, "1.7976931348623157e+308")]
    [InlineData(5e-324, "5e-324")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.PositiveInfinity, "Infinity")]
    [InlineData(double.NegativeInfinity, "-Infinity")]
    public void Floats_are_spelled_as_Python_does(double value, string expected) => Assert.Equal(expected, Written(json => json.Float(value)));

    [Theory]
    [InlineData("a\"b\\c/d", "\"a\\\"b\\\\c/d\"")]
    [InlineData("\n\r\t\f\b", "\"\\n\\r\\t\\f\\b\"")]
    [InlineData("\0\u001f\u007f", "\"\\u0000\\u001f\\u007f\"")]
    [InlineData("<>&'+", "\"<>&'+\"")]
    [InlineData("\u00e9\u20ac\uFFFF", "\"\\u00e9\\u20ac\\uffff\"")]
    [InlineData("\U0001F600", "\"\\ud83d\\ude00\"")]
    public void Strings_are_escaped_as_Python_does(string value, string expected) => Assert.Equal(expected, Written(json => json.String(value)));

    // An attribute cannot hold a lone surrogate: the compiler stores its text as UTF-8.
    [Fact]
    public void A_lone_surrogate_stays_one_escape() => Assert.Equal("\"\\ud800x\"", Written(json => json.String("\ud800x")));

    [Fact]
    public void Separators_have_one_blank_behind() => Assert.Equal(
        """{"a": [1, "x", null, true, false, [], {}], "b": {"c": -7}, "d": null}""",
        Written(json =>
        {
            json.StartObject();
            json.Key("a");
            json.StartArray();
            json.Integer(1);
            json.String("x");
            json.Null();
            json.Boolean(true);
            json.Boolean(false);
            json.StartArray();
            json.EndArray();
            json.StartObject();
            json.EndObject();
            json.EndArray();
            json.Key("b");
            json.StartObject();
            json.Member("c", -7);
            json.EndObject();
            json.Member("d", (string?)null);
            json.EndObject();
        }));

    [Theory]
    [InlineData("{\"b\":1,\"a\":2,\"b\":3}", "{\"b\": 3, \"a\": 2}")]
    [InlineData(" [ 1 ,2.50, 1E5,1e-8 ,-0, -0.0] ", "[1, 2.5, 100000.0, 1e-08, 0, -0.0]")]
    [InlineData("123456789012345678901234567890", "123456789012345678901234567890")]
    [InlineData("[NaN, Infinity, -Infinity, 1e999]", "[NaN, Infinity, -Infinity, Infinity]")]
    [InlineData("\"\\u00E9\\ud83d\\ude00\\ud800\\/\"", "\"\\u00e9\\ud83d\\ude00\\ud800/\"")]
    [InlineData("\"é\"", "\"\\u00e9\"")]
    [InlineData("null", "null")]
    public void A_value_is_read_and_written_again_as_Python_does(string text, string expected) => Assert.Equal(expected, Rewritten(text));

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[1,]")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{a:1}")]
    [InlineData("01")]
    [InlineData("1.")]
    [InlineData("-")]
    [InlineData("+1")]
    [InlineData("nul")]
    [InlineData("\"\n\"")]
    [InlineData("\"\\x\"")]
    [InlineData("\"\\u12g4\"")]
    [InlineData("\"open")]
    [InlineData("1 2")]
    [InlineData("\uFEFF{}")]
    public void What_Python_refuses_is_refused(string text) => Assert.Throws<FormatException>(() => Rewritten(text));

    [Fact]
    public void Bytes_that_are_not_UTF_8_are_refused() => Assert.Throws<FormatException>(() => PythonJsonReader.Read([0x22, 0xff, 0x22]));

    [Fact]
    public void Deep_nesting_is_refused_and_does_not_end_the_program() =>
        Assert.Throws<FormatException>(() => Rewritten(new string('[', 100_000)));

    [Fact]
    public void Any_string_is_written_in_ASCII_and_reads_back_equal() => Prop.ForAll(ArbMap.Default.ArbFor<string?>(), value =>
    {
        var text = Written(json => json.String(value));
        Assert.True(Ascii.IsValid(text));
        Assert.DoesNotContain(text, char.IsControl);
        Assert.Equal(value, (string?)PythonJsonReader.Read(Encoding.ASCII.GetBytes(text)));
        if (value is null || !HasLoneSurrogate(value)) Assert.Equal(value, JsonSerializer.Deserialize<string?>(text));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_float_reads_back_equal() => Prop.ForAll(ArbMap.Default.ArbFor<long>(), bits =>
    {
        var value = BitConverter.Int64BitsToDouble(bits);
        var text = Written(json => json.Float(value));
        Assert.Equal(value, (double)PythonJsonReader.Read(Encoding.ASCII.GetBytes(text))!);
        if (double.IsFinite(value)) Assert.Equal(value, double.Parse(text, CultureInfo.InvariantCulture));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_value_is_written_the_same_again_and_reads_back_equal() => Prop.ForAll(Values().ToArbitrary(), value =>
    {
        var once = Written(json => json.Value(value));
        Assert.Equal(once, Rewritten(once));
        using var reference = JsonDocument.Parse(JsonSerializer.Serialize(value));
        using var ours = JsonDocument.Parse(once);
        Assert.True(JsonElement.DeepEquals(reference.RootElement, ours.RootElement), once);
    }).QuickCheckThrowOnFailure();

    private static Gen<object?> Values() => Gen.Sized(size => Values(Math.Min(size, 4)));

    private static Gen<object?> Values(int depth)
    {
        var text = ArbMap.Default.GeneratorFor<NonNull<string>>().Select(value => value.Get).Where(value => !HasLoneSurrogate(value));
        var leaf = Gen.OneOf(
            Gen.Constant<object?>(null),
            ArbMap.Default.GeneratorFor<bool>().Select(object? (value) => value),
            ArbMap.Default.GeneratorFor<NormalFloat>().Select(object? (value) => value.Get),
            text.Select(object? (value) => value));
        if (depth == 0) return leaf;

        var items = Values(depth - 1).ListOf().Select(list => list.Take(4).ToList());
        var members = Gen.Zip(text, Values(depth - 1)).ListOf().Select(object? (list) =>
        {
            var members = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
            foreach (var (key, value) in list.Take(4)) members[key] = value;
            return members;
        });
        return Gen.OneOf(leaf, items.Select(object? (list) => list), members);
    }

    private static bool HasLoneSurrogate(string text) => text.EnumerateRunes().Any(rune => rune == Rune.ReplacementChar) && !text.Contains('\uFFFD');

    private static string Rewritten(string text) => Written(json => json.Value(PythonJsonReader.Read(Encoding.UTF8.GetBytes(text))));

    private static string Written(Action<PythonJson> write)
    {
        var json = new PythonJson();
        write(json);
        return Encoding.UTF8.GetString(json.Written);
    }
}
