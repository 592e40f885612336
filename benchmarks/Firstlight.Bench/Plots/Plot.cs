namespace Firstlight.Bench.Plots;

/// <summary>A picture of a result, as an SVG file that follows the reader's light or dark theme.</summary>
/// <param name="Name">File name without <c>.svg</c>.</param>
/// <param name="Title">What it shows; also its text for those who cannot see it.</param>
internal abstract record Plot(string Name, string Title)
{
    /// <summary>The file's text; the same for the same result.</summary>
    public abstract string Render();
}
