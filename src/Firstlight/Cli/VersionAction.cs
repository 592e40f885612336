using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;

namespace Firstlight.Cli;

/// <summary><c>--version</c>: version, and the commit where the build knew it.</summary>
internal sealed class VersionAction : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.WriteLine(Text());
        return ExitCodes.Ok;
    }

    /// <summary>Such as <c>firstlight 0.1.0 (commit 6fab11a0c2d4)</c>.</summary>
    public static string Text()
    {
        var version = typeof(VersionAction).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
        var plus = version.IndexOf('+', StringComparison.Ordinal);
        return plus < 0 ? $"firstlight {version}" : $"firstlight {version[..plus]} (commit {version[(plus + 1)..][..Math.Min(12, version.Length - plus - 1)]})";
    }
}
