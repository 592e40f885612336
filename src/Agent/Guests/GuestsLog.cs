using Firstlight.Agent.Forward;
using Firstlight.Inventory;
using Firstlight.Metadata.Identity;
using Microsoft.Extensions.Logging;

namespace Firstlight.Agent.Guests;

internal static partial class GuestsLog
{
    [LoggerMessage(4301, LogLevel.Debug, "{Peer} of {Scope}: {Method} {Target} -> {Status} ({Outcome}) ({RequestId})")]
    public static partial void Answered(ILogger logger, string peer, Scope scope, string method, string target, int status, GuestOutcome outcome, RequestId requestId);

    [LoggerMessage(4302, LogLevel.Error, "A request for {Target} of {Scope} failed ({RequestId})")]
    public static partial void Failed(ILogger logger, Exception exception, string target, Scope scope, RequestId requestId);

    [LoggerMessage(4303, LogLevel.Debug, "Refused a request of {Scope}: its share of the {Limit} that may be answered at one time is taken")]
    public static partial void Overloaded(ILogger logger, Scope scope, int limit);

    [LoggerMessage(4304, LogLevel.Error, "A request for {Target} of {Scope} failed where it should have been answered from memory, and takes the long way ({RequestId})")]
    public static partial void NotFromMemory(ILogger logger, Exception exception, string target, Scope scope, RequestId requestId);
}
