using System.Collections.Immutable;

namespace Firstlight.Doctor.Documents;

/// <summary>The listings: every version that is listed exists, and everything that it lists answers.</summary>
internal sealed class VersionsCheck(MetadataDocuments documents) : ICheck
{
    // Documents with hops of their own: what is wrong with them is told there, once.
    private static readonly ImmutableArray<string> Elsewhere = ["meta_data.json", "network_data.json", "user_data", "vendor_data.json", "vendor_data2.json"];

    public string Hop => Hops.Versions;

    public IReadOnlyList<string> Needs => [Hops.Signature];

    public async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        const string Mend = "its log has the reason; a proxy between may drop paths";
        if (await documents.ListAsync("/openstack", cancellationToken) is not { Count: > 0 } versions)
            return Finding.Wrong(Hop, "/openstack lists nothing", "cloud-init looks there first and takes the cloud for another one", Mend);
        if (!versions.Contains("latest", StringComparer.Ordinal))
            return Finding.Wrong(Hop, $"/openstack lists {string.Join(", ", versions)}", "latest is missing, which every guest may ask for", Mend);

        var count = 0;
        foreach (var version in versions)
        {
            if (await documents.ListAsync($"/openstack/{version}", cancellationToken) is not { } items)
                return Finding.Wrong(Hop, $"/openstack/{version} is listed and does not answer 200", "cloud-init chooses the newest listed version it knows and gives up on the tree", Mend);
            foreach (var item in items)
            {
                var target = $"/openstack/{version}/{item}";
                var reply = await documents.GetAsync(target, cancellationToken);
                count++;
                if (reply.Status == 200 || (Elsewhere.Contains(item, StringComparer.Ordinal) && reply.Status is 500)) continue;
                return Finding.Wrong(Hop, $"{target} is listed and answers {(reply.Problem is null ? reply.Status : "nothing")}", reply.Problem ?? "cloud-init drops the whole tree over one listed item that is not there", Mend);
            }
        }

        var ec2 = await documents.GetAsync("/latest/meta-data/instance-id", cancellationToken);
        return ec2.Status == 200
            ? Finding.Right(Hop, $"{versions.Count} of the OpenStack tree with {count} documents, and the EC2 tree")
            : Finding.Odd(Hop, $"the EC2 tree answers {ec2.Status}", "guests that know only the EC2 tree get nothing", Mend);
    }
}
