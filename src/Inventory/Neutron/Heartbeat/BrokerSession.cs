using System.Globalization;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Firstlight.Inventory.Neutron.Heartbeat;

/// <summary>One connection to a broker, with the channel reports go through. Used by one caller at a time.</summary>
internal sealed class BrokerSession : IAsyncDisposable
{
    /// <summary>Where Neutron's server takes reports: its queue, and the routing key to it.</summary>
    private const string Topic = "q-reports-plugin";

    /// <summary>The broker's answers to what we ask of it, and the end of a connection, take no longer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HeartbeatOptions _options;
    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly TaskCompletionSource<string> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _over = new();
    private TaskCompletionSource<string?>? _published;

    private BrokerSession(HeartbeatOptions options, IConnection connection, IChannel channel)
    {
        _options = options;
        _connection = connection;
        _channel = channel;
        connection.ConnectionShutdownAsync += OnShutdown;
        channel.ChannelShutdownAsync += OnShutdown;
        channel.BasicReturnAsync += OnReturned;
        channel.BasicAcksAsync += OnAcked;
        channel.BasicNacksAsync += OnRefused;
    }

    /// <summary>Cancelled when the connection or its channel has ended; <see cref="Loss"/> says why.</summary>
    public CancellationToken Over => _over.Token;

    /// <summary>Why the session is over.</summary>
    public string Loss => _lost.Task.IsCompletedSuccessfully ? _lost.Task.Result : "the connection was lost";

    /// <summary>Connects to one broker and sees whether Neutron's exchange is there.</summary>
    /// <remarks>The exchange is never declared by us: with other arguments than the server's own it would keep the server from starting.</remarks>
    /// <exception cref="BrokerException">It does not answer, does not want us, or Neutron's exchange is not there yet.</exception>
    public static async Task<BrokerSession> ConnectAsync(HeartbeatOptions options, TransportHost host, CancellationToken cancellation)
    {
        string? untrusted = null;
        IConnection? connection = null;
        try
        {
            var factory = FactoryOf(options, host, reason => untrusted = reason);
            connection = await factory.CreateConnectionAsync(cancellation);
            // Confirmed but not tracked by the library: its tracking adds a header to each message.
            var channel = await connection.CreateChannelAsync(
                new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false), cancellation);
            var session = new BrokerSession(options, connection, channel);
            await channel.ExchangeDeclarePassiveAsync(options.Exchange, cancellation);
            return session;
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            if (connection is not null) await EndAsync(connection);
            throw new BrokerException($"{host.EndPoint}: {untrusted ?? BrokerException.ReasonOf(e, options.Exchange)}", e);
        }
        catch
        {
            if (connection is not null) await EndAsync(connection);
            throw;
        }
    }

    /// <summary>Sends a report nobody answers; returns when the broker has it in the server's queue.</summary>
    /// <exception cref="BrokerException">The broker is gone, or nobody has that queue.</exception>
    public async Task CastAsync(ReadOnlyMemory<byte> report, CancellationToken cancellation) => await PublishAsync(report, null, cancellation);

    /// <summary>Sends a report and waits for its answer.</summary>
    /// <param name="report">The report.</param>
    /// <param name="messageId">Its <c>_msg_id</c>.</param>
    /// <param name="replyQueue">Its <c>_reply_q</c>: made here, and removed once the answer is there.</param>
    /// <param name="time">Clock of the wait, which is <see cref="HeartbeatOptions.ReportInterval"/>.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="BrokerException">The broker is gone, nobody has the server's queue, or nobody answered in time.</exception>
    public async Task<ReportAnswer> CallAsync(
        ReadOnlyMemory<byte> report, string messageId, string replyQueue, TimeProvider time, CancellationToken cancellation)
    {
        var answer = new TaskCompletionSource<ReportAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        var consumer = new AsyncEventingBasicConsumer(_channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            // The body is the library's again when this returns; what is read from it are strings of their own.
            if (ReportAnswer.Read(delivery.Body) is { } read && read.MessageId == messageId) answer.TrySetResult(read);
            return Task.CompletedTask;
        };
        await DoAsync(
            async () =>
            {
                await DeclareReplyQueueAsync(replyQueue, cancellation);
                await _channel.BasicConsumeAsync(replyQueue, autoAck: true, consumer, cancellation);
            },
            cancellation);
        await PublishAsync(report, _options.ReportInterval, cancellation);
        var answered = await WaitAsync(
            answer.Task, _options.ReportInterval, $"Neutron's server does not answer within {_options.ReportInterval.TotalSeconds:0.#} s", time, cancellation);
        // Nothing is asked a second time, so nobody needs the queue any more.
        await DoAsync(() => _channel.QueueDeleteAsync(replyQueue, ifUnused: false, ifEmpty: false, noWait: false, cancellation), cancellation);
        return answered;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _connection.ConnectionShutdownAsync -= OnShutdown;
        _channel.ChannelShutdownAsync -= OnShutdown;
        // The source of Over is left to the collector: a shutdown told late would find it disposed.
        await EndAsync(_connection);
    }

    private static ConnectionFactory FactoryOf(HeartbeatOptions options, TransportHost host, Action<string> untrusted)
    {
        var tls = options.Tls.CreateOption(host.Name, untrusted);
        var factory = new ConnectionFactory
        {
            Endpoint = new AmqpTcpEndpoint(host.Name, host.Port, tls),
            UserName = host.UserName,
            Password = host.Password,
            VirtualHost = (options.Url ?? TransportUrl.Default).VirtualHost,
            ClientProvidedName = $"neutron-metadata-agent:{Environment.ProcessId}:{Guid.NewGuid():D}",
            RequestedHeartbeat = options.HeartbeatTimeout,
            RequestedConnectionTimeout = Patience,
            HandshakeContinuationTimeout = Patience,
            ContinuationTimeout = Patience,
            // Which broker is asked next and when is decided by us.
            AutomaticRecoveryEnabled = false,
            TopologyRecoveryEnabled = false,
            ConsumerDispatchConcurrency = 1,
        };
        if (options.LoginMethod == "EXTERNAL") factory.AuthMechanisms = [new ExternalMechanismFactory()];
        return factory;
    }

    // As oslo.messaging declares it: anybody may publish to it, and the broker removes it when nobody has used it for a while.
    private async Task DeclareReplyQueueAsync(string queue, CancellationToken cancellation)
    {
        var arguments = new Dictionary<string, object?>(StringComparer.Ordinal);
        if (_options.ReplyQueueLifetime > TimeSpan.Zero)
            arguments["x-expires"] = (int)Math.Min(_options.ReplyQueueLifetime.TotalMilliseconds, int.MaxValue);
        if (_options.TransientQuorumQueue) arguments["x-queue-type"] = "quorum";
        await _channel.QueueDeclareAsync(
            queue, durable: _options.TransientQuorumQueue, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellation);
    }

    private async Task PublishAsync(ReadOnlyMemory<byte> report, TimeSpan? lifetime, CancellationToken cancellation)
    {
        var published = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _published = published;
        var properties = new BasicProperties { ContentType = "application/json", ContentEncoding = "utf-8", DeliveryMode = DeliveryModes.Persistent };
        if (lifetime is { } life) properties.Expiration = ((long)life.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        // Mandatory: without a queue the broker would confirm the message and drop it.
        await DoAsync(
            async () => await _channel.BasicPublishAsync(_options.Exchange, Topic, mandatory: true, properties, report, cancellation), cancellation);
        var problem = await WaitAsync(published.Task, Patience, "the broker does not confirm a message", TimeProvider.System, cancellation);
        if (problem is not null) throw new BrokerException(problem);
    }

    private async Task DoAsync(Func<Task> act, CancellationToken cancellation)
    {
        try
        {
            await act();
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            throw new BrokerException(Over.IsCancellationRequested ? Loss : BrokerException.ReasonOf(e, _options.Exchange), e);
        }
    }

    private async Task<T> WaitAsync<T>(Task<T> wanted, TimeSpan patience, string late, TimeProvider time, CancellationToken cancellation)
    {
        try
        {
            var first = await Task.WhenAny(wanted, _lost.Task).WaitAsync(patience, time, cancellation);
            return first == wanted ? await wanted : throw new BrokerException(Loss);
        }
        catch (TimeoutException e)
        {
            throw new BrokerException(late, e);
        }
    }

    private Task OnShutdown(object sender, ShutdownEventArgs e)
    {
        _lost.TrySetResult(e.Initiator == ShutdownInitiator.Peer ? e.ReplyText : "the connection was lost");
        return _over.CancelAsync();
    }

    // A message that is returned is confirmed afterwards; the first word counts.
    private Task OnReturned(object sender, BasicReturnEventArgs e) => Settle("no server of Neutron listens for reports");

    private Task OnAcked(object sender, BasicAckEventArgs e) => Settle(null);

    private Task OnRefused(object sender, BasicNackEventArgs e) => Settle("the broker did not take the report");

    private Task Settle(string? problem)
    {
        _published?.TrySetResult(problem);
        return Task.CompletedTask;
    }

    private static async Task EndAsync(IConnection connection)
    {
        try
        {
            await connection.CloseAsync(Constants.ReplySuccess, "Goodbye", TimeSpan.FromSeconds(2), abort: true);
            await connection.DisposeAsync();
        }
        catch (Exception)
        {
            // It is over either way, and there is nobody to tell: the broker sees the socket close.
        }
    }
}
