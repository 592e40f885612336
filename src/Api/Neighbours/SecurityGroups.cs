using System.Text;
using Firstlight.Inventory;
using Firstlight.Inventory.Neutron;
using Firstlight.Metadata.Documents;
using Firstlight.Metadata.Identity;
using Microsoft.Extensions.Logging;

namespace Firstlight.Api.Neighbours;

/// <summary>The EC2 item <c>security-groups</c> of instances whose store does not know them: asked for when a guest asks, not before.</summary>
internal sealed class SecurityGroups(ISecurityGroupSource source, ApiOptions options, TimeProvider time, ApiMetrics metrics, ILogger logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly RecentAnswers<byte[]> _answers =
        new(new RecentAnswersOptions(options.CacheExpiration, options.StaleIfError, Patience), keeps: _ => true, time, logger);

    /// <summary>Answers a request whose path leads to the item.</summary>
    /// <exception cref="InventoryUnavailableException">The names cannot be had and none are kept.</exception>
    public async ValueTask<MetadataAnswer> AnswerAsync(MetadataRequest request, InstanceId id, CancellationToken cancellationToken)
    {
        var names = await _answers.GetAsync(id.Value, request.RequestId, () => AskAsync(id), cancellationToken);
        return new MetadataAnswer(200, ContentTypes.Text, names);
    }

    private async ValueTask<byte[]> AskAsync(InstanceId id)
    {
        var names = await metrics.AskAsync(ApiMetrics.Neutron, () => source.NamesAsync(id, CancellationToken.None));
        return Encoding.UTF8.GetBytes(string.Join('\n', names));
    }
}
