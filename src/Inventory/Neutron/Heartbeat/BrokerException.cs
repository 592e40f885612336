using System.Net.Sockets;
using RabbitMQ.Client.Exceptions;

namespace Firstlight.Inventory.Neutron.Heartbeat;

/// <summary>A report could not be made. The message is for a log line and holds no secret.</summary>
internal sealed class BrokerException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The client library's exceptions in words an operator can act on.</summary>
    public static string ReasonOf(Exception exception, string exchange)
    {
        var causes = Causes(exception).ToList();
        if (causes.OfType<AuthenticationFailureException>().Any()) return "the broker refuses the user or password";
        if (causes.OfType<OperationInterruptedException>().FirstOrDefault()?.ShutdownReason is { } reason)
        {
            return reason.ReplyCode == RabbitMQ.Client.Constants.NotFound && reason.ReplyText.Contains("exchange", StringComparison.Ordinal)
                ? $"Neutron's server has not made its exchange '{exchange}' there"
                : reason.ReplyText;
        }

        if (causes.OfType<PossibleAuthenticationFailureException>().Any()) return "the broker ended the connection while it was opened, perhaps for the user, password or virtual host";
        return causes.OfType<SocketException>().FirstOrDefault()?.Message ?? causes[^1].Message;
    }

    private static IEnumerable<Exception> Causes(Exception exception)
    {
        yield return exception;
        var inner = exception is AggregateException aggregate ? aggregate.InnerExceptions : exception.InnerException is { } one ? [one] : [];
        foreach (var cause in inner.SelectMany(Causes)) yield return cause;
    }
}
