using Firstlight.Metadata.Identity;

namespace Firstlight.Doctor;

/// <summary>The instance that the metadata API is asked for, as the agent would ask.</summary>
/// <param name="Id">Its id as the port has it.</param>
/// <param name="Project">Project of the port.</param>
/// <param name="From">The guest's address.</param>
/// <param name="Macs">MACs of its ports, lower case with colons; empty where they are not known.</param>
internal sealed record AskedInstance(InstanceId Id, ProjectId Project, string From, IReadOnlySet<string> Macs);
