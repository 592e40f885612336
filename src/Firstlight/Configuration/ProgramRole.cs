namespace Firstlight.Configuration;

/// <summary>What the program is started as; an option names the roles that read it.</summary>
[Flags]
internal enum ProgramRole
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Verb <c>metadata-api</c>.</summary>
    MetadataApi = 1,

    /// <summary>Verb <c>host-agent</c>.</summary>
    HostAgent = 2,

    /// <summary>Verb <c>standalone</c>, and the lab, which runs one.</summary>
    Standalone = 4,

    /// <summary>Verbs that do one thing and end: <c>apply</c>, <c>server list</c>, <c>get</c>, <c>sign</c> …</summary>
    Commands = 8,

    /// <summary>Verb <c>metadata-agent</c>.</summary>
    MetadataAgent = 16,

    /// <summary>Roles that answer as the metadata API.</summary>
    Api = MetadataApi | Standalone,

    /// <summary>Roles that keep a host's networks.</summary>
    Agent = HostAgent | Standalone,

    /// <summary>Roles that answer guests.</summary>
    Guests = Agent | MetadataAgent,

    /// <summary>Roles that run until they are stopped.</summary>
    Servers = MetadataApi | Guests,

    /// <summary>Every role.</summary>
    All = Servers | Commands,
}
