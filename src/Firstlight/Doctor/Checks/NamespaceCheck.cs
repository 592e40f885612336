namespace Firstlight.Doctor.Checks;

/// <summary>The namespace the way leads into.</summary>
internal sealed class NamespaceCheck(OwnCase on) : ICheck
{
    public string Hop => Hops.Namespace;

    public IReadOnlyList<string> Needs => [Hops.Subnet];

    public Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        var name = on.Way.Namespace;
        return Task.FromResult(on.Host.Namespace(name) switch
        {
            { Identity: { } identity } => Finding.Right(Hop, $"{name} is {identity}"),
            { HasName: true } => Finding.Wrong(
                Hop, $"/run/netns/{name} is a plain file", "a crash or an unmount left the name without its namespace", $"ip netns del {name}; a running host agent makes it anew"),
            _ => Finding.Wrong(Hop, $"{name} is missing", "somebody deleted it, or the host agent never made it", "start the host agent, or see in its log why it fails; a running one makes it anew"),
        });
    }
}
