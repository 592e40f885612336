using System.Collections.Immutable;
using System.CommandLine;
using Firstlight.Configuration;

namespace Firstlight.Cli;

/// <summary>A verb of the program. It has examples, because a person reads those first.</summary>
internal sealed class Verb(string name, string description, params string[] examples) : Command(name, description)
{
    /// <summary>Command lines as one would type them, each optionally with a <c># remark</c>.</summary>
    public ImmutableArray<string> Examples { get; } = [.. examples];

    /// <summary>What the configuration is read as under this verb.</summary>
    public ProgramRole Role { get; init; } = ProgramRole.Commands;
}
