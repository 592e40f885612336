using System.Collections.Immutable;
using System.Globalization;

namespace Firstlight.Metadata.Documents.OpenStack;

/// <summary>The dated versions of the OpenStack tree, oldest first, and what each added.</summary>
public static class OpenStackVersions
{
    /// <summary>Another name of the newest version.</summary>
    public const string Latest = "latest";

    /// <summary>The newest version of Nova Zed (26.x), which Debian 12 ships.</summary>
    public const string Zed = "2020-10-14";

    /// <summary>The newest version there is (Nova 31.0.0).</summary>
    public const string Newest = "2025-04-04";

    /// <summary>Index of the first version with <c>password</c> and <c>random_seed</c>.</summary>
    internal const int Password = 1;

    /// <summary>Index of the first version with <c>vendor_data.json</c>.</summary>
    internal const int VendorData = 2;

    /// <summary>Index of the first version that lists <c>network_data.json</c>, and of <c>project_id</c>.</summary>
    internal const int NetworkData = 3;

    /// <summary>Index of the first version with <c>devices</c>.</summary>
    internal const int Devices = 4;

    /// <summary>Index of the first version with <c>vendor_data2.json</c>.</summary>
    internal const int VendorData2 = 5;

    /// <summary>Index of the first version with the VLAN of a nic.</summary>
    internal const int Vlan = 6;

    /// <summary>Index of the first version with <c>vf_trusted</c>.</summary>
    internal const int VfTrusted = 7;

    /// <summary>Index of the first version with <c>dedicated_cpus</c>.</summary>
    internal const int DedicatedCpus = 8;

    /// <summary>Index of the first version with shares among the devices.</summary>
    internal const int Shares = 9;

    /// <summary>Every version this program knows, oldest first.</summary>
    public static ImmutableArray<string> All { get; } =
    [
        "2012-08-10", "2013-04-04", "2013-10-17", "2015-10-15", "2016-06-30", "2016-10-06", "2017-02-22", "2018-08-27", Zed, Newest,
    ];

    /// <summary>The index of a version.</summary>
    /// <exception cref="ArgumentException">Unknown; the message lists the known ones.</exception>
    internal static int IndexOf(string version)
    {
        var index = All.IndexOf(version);
        return index >= 0
            ? index
            : throw new ArgumentException($"unknown OpenStack version '{version}': use one of {string.Join(", ", All)}", nameof(version));
    }

    /// <summary>The list at <c>/openstack</c>: versions later than <paramref name="today"/> are hidden, though they can be asked.</summary>
    internal static string List(int newest, DateOnly today)
    {
        var date = today.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return string.Join('\n', All.Take(newest + 1).Where(version => string.CompareOrdinal(version, date) <= 0).Append(Latest));
    }
}
