namespace Firstlight.Plumbing.Tests.Support;

/// <summary>A site that is broken again and again, and how it looks when nothing is broken.</summary>
public sealed class KeptSite : IAsyncLifetime
{
    internal Site Site { get; private set; } = null!;

    internal string Picture { get; private set; } = "";

    internal string BystanderPid { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        Site = await Site.BuildAsync();
        Picture = await Site.PictureAsync();
        BystanderPid = await Site.BystanderPidAsync();
    }

    public async ValueTask DisposeAsync() => await Site.DisposeAsync();
}
