using Firstlight.Configuration;

namespace Firstlight.Tests.Configuration;

public sealed class IniFileTests
{
    public static TheoryData<string, string> Values => new()
    {
        { "key = value", "value" },
        { "key=value", "value" },
        { "key: value", "value" },
        { "key = a:b", "a:b" },
        { "key: a=b", "a=b" },
        { "key =    padded   ", "padded" },
        { "key = \"quoted\"", "quoted" },
        { "key = 'quoted'", "quoted" },
        { "key = \"'inner'\"", "'inner'" },
        { "key = \"half", "\"half" },
        { "key = \"mixed'", "\"mixed'" },
        { "key = \"  kept blanks \"", "  kept blanks " },
        { "key = \"\"", "" },
        { "key = '", "'" },
        { "key =", "" },
        { "key = a#b;c%d=e", "a#b;c%d=e" },
        { "key = value # not a comment", "value # not a comment" },
        { "key = one\n  two\n\tthree", "one\ntwo\nthree" },
        { "key = one\n  # literal", "one\n# literal" },
        { "key =\n  first\n  second", "\nfirst\nsecond" },
        { "key = clé-密钥", "clé-密钥" },
        { "key = one\r\n  two\r\n", "one\ntwo" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void A_value_reads_as_oslo_reads_it(string text, string expected)
    {
        var entry = Assert.Single(IniFile.Parse($"[DEFAULT]\n{text}", "f.conf"));

        Assert.Equal(("DEFAULT", "key", expected), (entry.Section, entry.Name, entry.Value));
    }

    [Theory]
    [InlineData("no separator")]
    [InlineData("= value")]
    [InlineData("[open")]
    [InlineData("[]")]
    [InlineData("  indented = first")]
    public void A_line_that_is_not_of_the_dialect_is_named_with_its_number(string line)
    {
        var e = Assert.Throws<ConfigurationException>(() => IniFile.Parse($"# comment\n[DEFAULT]\n\n{line}\n", "/etc/x.conf"));

        Assert.StartsWith("/etc/x.conf:4: ", Assert.Single(e.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void An_option_before_any_section_is_refused() =>
        Assert.Contains("[DEFAULT]", Assert.Throws<ConfigurationException>(() => IniFile.Parse("key = v", "f")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_blank_line_ends_a_value_and_a_comment_at_line_start_does_too()
    {
        Assert.Throws<ConfigurationException>(() => IniFile.Parse("[a]\nkey = one\n\n  two", "f"));
        Assert.Throws<ConfigurationException>(() => IniFile.Parse("[a]\nkey = one\n# c\n  two", "f"));
    }

    [Fact]
    public void Section_names_but_DEFAULT_have_no_case() =>
        Assert.Equal(["agent", "DEFAULT"], IniFile.Parse("[AGENT]\na=1\n[DEFAULT]\nb=2", "f").Select(e => e.Section));

    [Fact]
    public void An_entry_knows_the_line_it_starts_on() =>
        Assert.Equal([3, 5], IniFile.Parse("# c\n[a]\nx = 1\n  2\ny = 3", "f").Select(e => e.Origin.Line));

    [Fact]
    public void A_byte_order_mark_is_no_part_of_the_first_section() => Assert.Single(IniFile.Parse("\uFEFF[a]\nx=1", "f"));
}
