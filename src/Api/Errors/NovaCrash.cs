namespace Firstlight.Api.Errors;

/// <summary>The answer where Nova dies of an exception nobody catches.</summary>
internal static class NovaCrash
{
    /// <summary>What eventlet sends then under <c>strict_nova</c>, else a correct answer.</summary>
    public static MetadataAnswer Or(ErrorPage correct, MetadataRequest request, ApiOptions options) =>
        options.StrictNova ? new MetadataAnswer(500, "text/plain", default) { Close = true } : correct.Answer(request);
}
