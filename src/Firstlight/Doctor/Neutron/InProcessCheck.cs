namespace Firstlight.Doctor.Neutron;

/// <summary>Stands for the hops behind identity where the agent answers from Nova's databases itself.</summary>
internal sealed class InProcessCheck : ICheck
{
    public string Hop => Hops.Upstream;

    public IReadOnlyList<string> Needs => [];

    public Task<Finding> LookAsync(CancellationToken cancellationToken) =>
        Task.FromResult(Finding.NotLookedAt(Hop, "metadata_api_in_process: the agent answers by itself; whether its databases can be had is in the hop agent"));
}
