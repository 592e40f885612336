using Firstlight.Configuration;
using Firstlight.Tests.Support;

namespace Firstlight.Tests.Configuration;

public sealed class ConfigReferenceTests
{
    [Fact]
    public void The_reference_page_is_the_catalogue()
    {
        var page = Path.Combine(Repository.Root, "docs", "configuration.md");
        Assert.True(File.Exists(page) && File.ReadAllText(page) == ConfigReference.Render(), "run: ./firstlight configuration-reference > docs/configuration.md");
    }

    [Fact]
    public void Every_option_says_what_it_does_in_a_sentence() =>
        Assert.Empty(OptionCatalogue.All.Where(o => !o.Meaning.EndsWith('.') || o.Roles == ProgramRole.None));

    [Theory]
    [InlineData("netwrok", "network")]
    [InlineData("--nci", "--nic")]
    [InlineData("xyzzy", null)]
    public void The_nearest_word_is_found_and_none_is_forced(string word, string? expected) =>
        Assert.Equal(expected, Nearest.Find(word, ["network", "subnet", "--nic", "--id", "server"]));
}
