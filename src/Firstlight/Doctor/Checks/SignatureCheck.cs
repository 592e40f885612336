namespace Firstlight.Doctor.Checks;

/// <summary>Whether the metadata API takes what the agent signs.</summary>
internal sealed class SignatureCheck(IReadOnlyList<MetadataQuestions> apis, Func<AskedInstance> asked, bool hasSecret, IReadOnlyList<string> needs) : ICheck
{
    public string Hop => Hops.Signature;

    public IReadOnlyList<string> Needs => needs;

    public async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        if (!hasSecret)
            return Finding.Wrong(Hop, "the configuration has no shared secret", "nothing can be signed", "name the agent's configuration with --config-file, or its directory with --state-path");
        var instance = asked();
        foreach (var api in apis)
        {
            var reply = await api.AskAsync(instance, "/openstack/latest/meta_data.json", cancellationToken);
            if (reply.Problem is not null) continue;
            if (Judge(api.Address, reply.Status, instance) is { } wrong) return wrong;
        }

        return Finding.Right(Hop, $"a signed request for {instance.Id} is taken");
    }

    private Finding? Judge(string address, int status, AskedInstance instance) => status switch
    {
        200 => null,
        403 => Finding.Wrong(
            Hop, $"{address} answers 403 to a signed request", "it has another shared secret than the agent's configuration",
            "make metadata_proxy_shared_secret the same: [DEFAULT] for the agent, [neutron] for the metadata API; then start both again"),
        404 => Finding.Wrong(
            Hop, $"{address} answers 404 for instance {instance.Id} of project {instance.Project}", "it has no such instance, or one of another project",
            "see that agent and API know the same cloud: one inventory, or Nova's databases of this cloud"),
        400 => Finding.Wrong(Hop, $"{address} answers 400", "it does not take signed requests of an agent", "set [neutron] service_metadata_proxy = true for the metadata API"),
        _ => Finding.Wrong(Hop, $"{address} answers {status} for meta_data.json", "it fails over this instance", "its log has the reason"),
    };
}
