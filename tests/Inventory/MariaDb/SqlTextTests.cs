using System.Text;
using Firstlight.Inventory.MariaDb.Statements;
using FsCheck;
using FsCheck.Fluent;

namespace Firstlight.Inventory.Tests.MariaDb;

public sealed class SqlTextTests
{
    [Theory]
    [InlineData("SELECT @a, @b_1, @a", "SELECT ?, ?, ?", "a,b_1,a")]
    [InlineData("SELECT ?+?", "SELECT ?+?", ",")]
    [InlineData("SELECT @@version, @@session.sql_mode, @x", "SELECT @@version, @@session.sql_mode, ?", "x")]
    [InlineData("SELECT 'it''s @a ?', @b", "SELECT 'it''s @a ?', ?", "b")]
    [InlineData(@"SELECT 'back\'slash @a', @b", @"SELECT 'back\'slash @a', ?", "b")]
    [InlineData("SELECT \"@a\", `@a?`, @b", "SELECT \"@a\", `@a?`, ?", "b")]
    [InlineData(@"SELECT `ends in \`, @b", @"SELECT `ends in \`, ?", "b")]
    [InlineData("SELECT 1 -- @a ?\n, @b", "SELECT 1 -- @a ?\n, ?", "b")]
    [InlineData("SELECT 1--@b", "SELECT 1--?", "b")]
    [InlineData("SELECT 1 # @a\n/* @c ? */ + @b", "SELECT 1 # @a\n/* @c ? */ + ?", "b")]
    [InlineData("SELECT 'open @a", "SELECT 'open @a", null)]
    [InlineData("SELECT 1 /* open @a", "SELECT 1 /* open @a", null)]
    [InlineData("user@ host", "user@ host", null)]
    public void Placeholders_are_found_where_the_server_sees_them(string sql, string sent, string? names)
    {
        var text = SqlText.Parse(sql);

        Assert.Equal(sent, Encoding.UTF8.GetString(text.Utf8));
        Assert.Equal(names?.Split(',').Select(n => n.Length == 0 ? null : n) ?? [], text.Placeholders);
    }

    [Fact]
    public void Mixing_both_kinds_of_placeholders_is_refused() => Assert.Throws<ArgumentException>(() => SqlText.Parse("SELECT ?, @a"));

    [Fact]
    public void Any_text_is_taken() => Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), text =>
    {
        try
        {
            var parsed = SqlText.Parse(text.Get);
            return parsed.Placeholders.Length <= text.Get.Count(c => c is '?' or '@');
        }
        catch (ArgumentException)
        {
            return text.Get.Contains('?', StringComparison.Ordinal) && text.Get.Contains('@', StringComparison.Ordinal);
        }
    }).QuickCheckThrowOnFailure();
}
