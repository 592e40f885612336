using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Firstlight.Inventory.Tests.Neutron.Heartbeat;

/// <summary>A report as it arrived.</summary>
internal sealed record Report(IReadOnlyBasicProperties Properties, string Exchange, string RoutingKey, JsonObject Envelope)
{
    /// <summary>What the envelope holds.</summary>
    public JsonObject Message => (JsonObject)JsonNode.Parse((string)Envelope["oslo.message"]!)!;

    public JsonObject Agent => (JsonObject)Message["args"]!["agent_state"]!["agent_state"]!;

    public bool WantsAnswer => Message.ContainsKey("_msg_id");
}

/// <summary>The part of a Neutron server that takes reports: its exchange and queue as the real one declares them, and its answers.</summary>
internal sealed class ReportsServer : IAsyncDisposable
{
    private const string Exchange = "neutron";
    private const string Queue = "q-reports-plugin";

    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly Channel<Report> _reports = Channel.CreateUnbounded<Report>();

    private ReportsServer(IConnection connection, IChannel channel) => (_connection, _channel) = (connection, channel);

    /// <summary>What calls are answered with: <c>result</c> and <c>failure</c>; null for no answer.</summary>
    public Func<(string? Result, string? Failure)?> Answer { get; set; } = static () => ("new", null);

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<ReportsServer> StartAsync(Broker broker)
    {
        var factory = new ConnectionFactory
        {
            HostName = "127.0.0.1", Port = broker.Server.Port, UserName = Broker.User, Password = Broker.Password, VirtualHost = Broker.VirtualHost,
            AutomaticRecoveryEnabled = false,
        };
        var connection = await factory.CreateConnectionAsync(Cancellation);
        var server = new ReportsServer(connection, await connection.CreateChannelAsync(cancellationToken: Cancellation));
        await server.ListenAsync();
        return server;
    }

    /// <summary>The next report; fails the test when none comes.</summary>
    public async Task<Report> NextAsync() => await _reports.Reader.ReadAsync(Cancellation).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancellation);

    /// <summary>Whether the broker has a queue of that name with these properties, which is what declaring it again finds out.</summary>
    public async Task<bool> HasQueueAsync(string name, bool durable, bool exclusive, bool autoDelete, Dictionary<string, object?> arguments)
    {
        await using var channel = await _connection.CreateChannelAsync(cancellationToken: Cancellation);
        try
        {
            await channel.QueueDeclarePassiveAsync(name, Cancellation);
            await channel.QueueDeclareAsync(name, durable, exclusive, autoDelete, arguments, cancellationToken: Cancellation);
            return true;
        }
        catch (RabbitMQ.Client.Exceptions.OperationInterruptedException)
        {
            return false;
        }
    }

    /// <summary>Takes no more reports: the exchange stays, and leads nowhere.</summary>
    public Task UnbindAsync() => _channel.QueueUnbindAsync(Queue, Exchange, Queue, cancellationToken: Cancellation);

    public Task DeleteAsync(string queue) => _channel.QueueDeleteAsync(queue, ifUnused: false, ifEmpty: false, cancellationToken: Cancellation);

    public async ValueTask DisposeAsync()
    {
        if (_channel.IsOpen)
        {
            await _channel.QueueDeleteAsync(Queue, ifUnused: false, ifEmpty: false);
            await _channel.ExchangeDeleteAsync(Exchange);
        }
        await _connection.DisposeAsync();
    }

    private async Task ListenAsync()
    {
        await _channel.ExchangeDeclareAsync(Exchange, ExchangeType.Topic, durable: false, autoDelete: false, cancellationToken: Cancellation);
        await _channel.QueueDeclareAsync(Queue, durable: false, exclusive: false, autoDelete: false, cancellationToken: Cancellation);
        await _channel.QueueBindAsync(Queue, Exchange, Queue, cancellationToken: Cancellation);
        var consumer = new AsyncEventingBasicConsumer(_channel);
        consumer.ReceivedAsync += OnReportAsync;
        await _channel.BasicConsumeAsync(Queue, autoAck: false, consumer, Cancellation);
    }

    private async Task OnReportAsync(object sender, BasicDeliverEventArgs delivery)
    {
        var report = new Report(
            new BasicProperties(delivery.BasicProperties), delivery.Exchange, delivery.RoutingKey, (JsonObject)JsonNode.Parse(delivery.Body.Span)!);
        await _channel.BasicAckAsync(delivery.DeliveryTag, multiple: false);
        if (report.WantsAnswer && Answer() is var (result, failure)) await ReplyAsync(report, result, failure);
        await _reports.Writer.WriteAsync(report);
    }

    // As the real server replies: through the default exchange, to the queue the caller named.
    private async Task ReplyAsync(Report report, string? result, string? failure)
    {
        var message = new JsonObject
        {
            ["result"] = result, ["failure"] = failure, ["ending"] = true,
            ["_msg_id"] = (string)report.Message["_msg_id"]!, ["_unique_id"] = Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture),
        };
        var envelope = new JsonObject { ["oslo.version"] = "2.0", ["oslo.message"] = message.ToJsonString() };
        var properties = new BasicProperties { ContentType = "application/json", ContentEncoding = "utf-8", DeliveryMode = DeliveryModes.Persistent };
        await _channel.BasicPublishAsync(
            "", (string)report.Message["_reply_q"]!, mandatory: true, properties, Encoding.UTF8.GetBytes(envelope.ToJsonString()));
    }
}
