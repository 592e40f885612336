using Microsoft.Extensions.Logging;

namespace Firstlight.Inventory.Nova;

/// <summary>What reading Nova's databases logs: names of databases, instances and columns, never what a column holds.</summary>
internal static partial class NovaLog
{
    [LoggerMessage(2100, LogLevel.Warning, "Instance {InstanceId} has no mapping to a cell, looking in {Database}")]
    public static partial void NoMapping(ILogger logger, string instanceId, string database);

    [LoggerMessage(2101, LogLevel.Error, "Database {Database} does not answer: {Reason}")]
    public static partial void DatabaseDown(ILogger logger, string database, string reason);

    [LoggerMessage(2102, LogLevel.Information, "Database {Database} answers again")]
    public static partial void DatabaseBack(ILogger logger, string database);

    [LoggerMessage(2103, LogLevel.Information, "A connection to database {Database} was lost, trying once more: {Reason}")]
    public static partial void ConnectionLost(ILogger logger, string database, string reason);

    [LoggerMessage(2104, LogLevel.Error, "{Column} of instance {InstanceId} cannot be read: {Reason}")]
    public static partial void ColumnUnreadable(ILogger logger, string column, string instanceId, string reason);

    [LoggerMessage(2105, LogLevel.Warning,
        "Database {Database} has no EC2 number for {Subject} and none may be written ({Reason}): one derived from the id is told, here and for others like it")]
    public static partial void NumberDerived(ILogger logger, string database, string subject, string reason);

    [LoggerMessage(2106, LogLevel.Information, "EC2 number of {Subject} written to database {Database}")]
    public static partial void NumberAllotted(ILogger logger, string subject, string database);
}
