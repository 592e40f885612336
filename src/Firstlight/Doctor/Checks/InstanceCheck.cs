namespace Firstlight.Doctor.Checks;

/// <summary>The instance on the port: the inventory has it, and both are of one project.</summary>
internal sealed class InstanceCheck(OwnCase on) : ICheck
{
    public string Hop => Hops.Instance;

    public IReadOnlyList<string> Needs => [Hops.Port];

    public Task<Finding> LookAsync(CancellationToken cancellationToken) => Task.FromResult(Look());

    private Finding Look()
    {
        if (on.Server is not { } server)
        {
            return Finding.Wrong(
                Hop, $"device {on.Port.DeviceId} ({(on.Port.DeviceOwner.Length == 0 ? "no owner" : on.Port.DeviceOwner)})",
                "no server of the inventory has that id, so there is nothing to tell it", "create the server, or attach the port to one that is there: firstlight server list");
        }

        var project = on.Cloud.Projects.GetValueOrDefault(server.ProjectId)?.Name ?? server.ProjectId;
        return server.ProjectId == on.Port.ProjectId
            ? Finding.Right(Hop, $"server {server.Name} ({server.Id}) of project {project}")
            : Finding.Wrong(
                Hop, $"server {server.Name} of project {project}, port of project {on.Port.ProjectId}",
                "the metadata API tells an instance only what is of the port's project", "create the port in the server's project");
    }
}
