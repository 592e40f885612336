using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Firstlight.Inventory.MariaDb.Statements;

namespace Firstlight.Inventory.MariaDb;

/// <summary>A statement with its values. It is prepared at its first execution on a connection and kept there.</summary>
internal sealed class MariaDbCommand : DbCommand
{
    // Programs have a few dozen statements; one that builds texts with values in them must not fill the memory.
    private const int RememberedTexts = 1024;
    private static readonly ConcurrentDictionary<string, SqlText> Texts = new(StringComparer.Ordinal);

    private readonly MariaDbParameterCollection _parameters = new();
    private MariaDbConnection? _connection;
    private string _commandText = "";

    [AllowNull]
    public override string CommandText
    {
        get => _commandText;
        set => _commandText = value ?? "";
    }

    /// <summary>Seconds for each wait on the server,
    /// which is once for an execution and once more for each further megabyte or thousand rows; 0 is no limit.</summary>
    public override int CommandTimeout
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    }

    public override CommandType CommandType
    {
        get => CommandType.Text;
        set
        {
            if (value != CommandType.Text) throw new NotSupportedException("commands are text; a procedure is called with CALL");
        }
    }

    public override bool DesignTimeVisible { get; set; }

    public override UpdateRowSource UpdatedRowSource { get; set; }

    protected override DbConnection? DbConnection
    {
        get => _connection;
        set => _connection = value is null or MariaDbConnection
            ? (MariaDbConnection?)value
            : throw new ArgumentException("the connection is another driver's", nameof(value));
    }

    protected override DbParameterCollection DbParameterCollection => _parameters;

    protected override DbTransaction? DbTransaction { get; set; }

    private TimeSpan Limit => TimeSpan.FromSeconds(CommandTimeout);

    private MariaDbConnection Ready
    {
        get
        {
            var connection = _connection ?? throw new InvalidOperationException("the command has no connection");
            connection.RequireNoReader();
            return connection;
        }
    }

    /// <summary>Cuts the connection under the statement, whose caller gets an exception.</summary>
    public override void Cancel() => _connection?.Abandon();

    public override void Prepare()
    {
        var text = Text();
        Ready.Run(server => server.Prepare(text), Limit);
    }

    public override async Task PrepareAsync(CancellationToken cancellationToken = default)
    {
        var text = Text();
        await Ready.RunAsync(server => server.Prepare(text), Limit, cancellationToken);
    }

    public override int ExecuteNonQuery()
    {
        var (text, values) = Statement();
        return Count(Ready.Run(server => ResultStep.ExecuteAll(server, text, values), Limit));
    }

    public override async Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken)
    {
        var (text, values) = Statement();
        return Count(await Ready.RunAsync(server => ResultStep.ExecuteAll(server, text, values), Limit, cancellationToken));
    }

    public override object? ExecuteScalar()
    {
        using var reader = ExecuteDbDataReader(CommandBehavior.Default);
        return reader.Read() && reader.FieldCount > 0 ? reader.GetValue(0) : null;
    }

    public override async Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken)
    {
        await using var reader = await ExecuteDbDataReaderAsync(CommandBehavior.Default, cancellationToken);
        return await reader.ReadAsync(cancellationToken) && reader.FieldCount > 0 ? reader.GetValue(0) : null;
    }

    protected override DbParameter CreateDbParameter() => new MariaDbParameter();

    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior)
    {
        var (text, values) = Statement();
        var connection = Ready;
        return new MariaDbDataReader(connection, connection.Run(server => ResultStep.Execute(server, text, values), Limit), Limit, behavior);
    }

    protected override async Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken)
    {
        var (text, values) = Statement();
        var connection = Ready;
        var step = await connection.RunAsync(server => ResultStep.Execute(server, text, values), Limit, cancellationToken);
        return new MariaDbDataReader(connection, step, Limit, behavior);
    }

    private static int Count(long rows) => (int)Math.Min(rows, int.MaxValue);

    private SqlText Text()
    {
        if (_commandText.Length == 0) throw new InvalidOperationException("the command has no text");
        if (Texts.TryGetValue(_commandText, out var known)) return known;
        var text = SqlText.Parse(_commandText);
        if (Texts.Count >= RememberedTexts) Texts.Clear();
        return Texts.GetOrAdd(_commandText, text);
    }

    private (SqlText Text, ParameterValues Values) Statement()
    {
        var text = Text();
        return (text, ParameterValues.Of(text.Placeholders, _parameters));
    }
}
