using System.Text;
using System.Text.Unicode;
using Firstlight.Api.Errors;
using Firstlight.Api.Snapshots;
using Firstlight.Inventory;
using Firstlight.Metadata.Documents;
using Microsoft.Extensions.Logging;

namespace Firstlight.Api;

/// <summary>The one path that stores something: the encrypted password of an instance.</summary>
internal sealed class PasswordMailbox(ApiOptions options, IInstanceSource source, SnapshotCache cache, ILogger logger)
{
    private const int LongestPassword = 1020;

    /// <summary>Answers a request whose path leads to the mailbox.</summary>
    /// <exception cref="InventoryUnavailableException">The store cannot be written now.</exception>
    public async ValueTask<MetadataAnswer> AnswerAsync(
        MetadataRequest request, string cacheKey, Snapshot snapshot, SnapshotEntry entry, CancellationToken cancellationToken)
    {
        switch (request.Method)
        {
            case "GET": return new MetadataAnswer(200, ContentTypes.Html, entry.Content());
            case "POST": break;
            default: return ErrorPage.PasswordMethod.Answer(request);
        }

        if (snapshot.Instance.Password.Length > 0) return ErrorPage.PasswordAlreadySet.Answer(request);
        if (request.ContentLength is not { } declared) return NovaCrash.Or(ErrorPage.LengthRequired, request, options);
        if (declared > LongestPassword) return ErrorPage.PasswordTooLarge.Answer(request);

        var buffer = new byte[LongestPassword + 1];
        var length = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        if (length > LongestPassword) return ErrorPage.PasswordTooLarge.Answer(request);
        if (!Utf8.IsValid(buffer.AsSpan(0, length))) return NovaCrash.Or(ErrorPage.PasswordNotText, request, options);

        var password = Encoding.UTF8.GetString(buffer, 0, length);

        // Nova's column has no characters beyond the basic plane; ours has.
        if (options.StrictNova && password.Any(char.IsSurrogate)) return NovaCrash.Or(ErrorPage.PasswordNotText, request, options);
        return await StoreAsync(request, cacheKey, snapshot, password, cancellationToken);
    }

    private async ValueTask<MetadataAnswer> StoreAsync(
        MetadataRequest request, string cacheKey, Snapshot snapshot, string password, CancellationToken cancellationToken)
    {
        var id = snapshot.Instance.Id;
        if (!await source.SetPasswordAsync(id, password, cancellationToken)) return ErrorPage.InstanceGone(id.Value).Answer(request);

        ApiLog.PasswordStored(logger, id.Value, request.RequestId);

        // Nova goes on showing the old value, and taking further ones, until its cache expires.
        if (!options.StrictNova) cache.Expire(cacheKey);
        return new MetadataAnswer(200, ContentTypes.Html, default);
    }
}
