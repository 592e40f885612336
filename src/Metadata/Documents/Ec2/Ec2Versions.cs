using System.Collections.Immutable;

namespace Firstlight.Metadata.Documents.Ec2;

/// <summary>The versions of the EC2 tree, oldest first, and which brought new items.</summary>
internal static class Ec2Versions
{
    public const string Latest = "latest";

    public const int LocalHostname = 1;
    public const int InstanceType = 3;
    public const int BlockDeviceMapping = 5;
    public const int Placement = 6;
    public const int InstanceAction = 7;

    public static ImmutableArray<string> All { get; } =
        ["1.0", "2007-01-19", "2007-03-01", "2007-08-29", "2007-10-10", "2007-12-15", "2008-02-01", "2008-09-01", "2009-04-04"];

    /// <summary>Index of the version behind <c>latest</c>.</summary>
    public static int Newest => All.Length - 1;

    /// <summary>What <c>/</c> and <c>/ec2</c> answer.</summary>
    public static string List { get; } = string.Join('\n', All.Append(Latest));

    /// <summary>Index of a version or of <c>latest</c>, -1 if unknown.</summary>
    public static int IndexOf(ReadOnlySpan<char> version)
    {
        if (version is Latest) return Newest;
        for (var i = 0; i < All.Length; i++)
        {
            if (version.SequenceEqual(All[i])) return i;
        }

        return -1;
    }
}
