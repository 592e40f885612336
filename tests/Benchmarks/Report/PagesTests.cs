using Firstlight.Bench.Report;
using Firstlight.Bench.Tests.Support;
using Firstlight.Tests.Support;

namespace Firstlight.Bench.Tests.Report;

public sealed class PagesTests
{
    [Fact]
    public void Every_figure_in_the_pages_is_that_of_the_kept_results()
    {
        foreach (var (path, text) in Pages.Render(Repository.Root))
        {
            Assert.True(File.Exists(path), $"{path} is missing: ./bench page writes it");
            Assert.True(File.ReadAllText(path) == text, $"{path} is not what benchmarks/results says: ./bench page writes it again");
        }
    }

    [Fact]
    public void No_plot_is_left_of_a_result_that_is_gone()
    {
        var plots = Directory.EnumerateFiles(Path.Combine(Repository.Root, "benchmarks/plots"));

        Assert.Empty(plots.Except(Pages.Render(Repository.Root).Keys));
    }

    [Fact]
    public async Task A_figure_changed_by_hand_is_put_right()
    {
        using var checkout = Checkout.MakeCopy();
        await Pages.WriteAsync(checkout.Copy, TestContext.Current.CancellationToken);
        var readme = Path.Combine(checkout.Copy, "README.md");
        var text = await File.ReadAllTextAsync(readme, TestContext.Current.CancellationToken);
        var figure = text.IndexOf(" µs |", StringComparison.Ordinal);
        Assert.True(figure > 0);
        await File.WriteAllTextAsync(readme, $"{text[..(figure - 1)]}0{text[figure..]}", TestContext.Current.CancellationToken);

        Assert.Equal([readme], await Pages.WriteAsync(checkout.Copy, TestContext.Current.CancellationToken));
        Assert.Equal(text, await File.ReadAllTextAsync(readme, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_page_without_its_marks_is_refused()
    {
        using var checkout = Checkout.MakeCopy();
        File.WriteAllText(Path.Combine(checkout.Copy, "README.md"), "# Firstlight\n");

        var refused = Assert.Throws<BenchException>(() => Pages.Render(checkout.Copy));

        Assert.Contains("README.md has lost the marks", refused.Message, StringComparison.Ordinal);
    }
}
