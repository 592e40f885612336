using System.Globalization;

namespace Firstlight.Bench.Machine;

/// <summary>How busy the machine is: kept beside each figure, so that a reader sees when it was not alone.</summary>
internal static class LoadAverage
{
    public static async Task<double> NowAsync(CancellationToken cancellationToken) =>
        double.Parse((await File.ReadAllTextAsync("/proc/loadavg", cancellationToken)).Split(' ')[0], CultureInfo.InvariantCulture);
}
