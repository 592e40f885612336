using System.Collections;
using System.Data;
using System.Data.Common;
using Firstlight.Inventory.MariaDb.Statements;

namespace Firstlight.Inventory.MariaDb;

/// <summary>The rows of a result. They come in batches of about a megabyte, so reading waits for the server once a batch,
/// and memory is bounded by it (or by one row).</summary>
internal sealed partial class MariaDbDataReader : DbDataReader
{
    private readonly MariaDbConnection _connection;
    private readonly TimeSpan _limit;
    private readonly CommandBehavior _behavior;
    private ResultStep _step;
    private int _row = -1;
    private int _recordsAffected;
    private bool _hasRows;
    private bool _isClosed;

    public MariaDbDataReader(MariaDbConnection connection, ResultStep step, TimeSpan limit, CommandBehavior behavior)
    {
        _connection = connection;
        _limit = limit;
        _behavior = behavior;
        _recordsAffected = -1;
        _step = step;
        Begin(step);
        connection.Reader = this;
    }

    public override int Depth => 0;

    public override int FieldCount => Columns.Length;

    public override bool HasRows => _hasRows;

    public override bool IsClosed => _isClosed;

    public override int RecordsAffected => _recordsAffected;

    private Column[] Columns => _step.Rows?.Columns ?? [];

    public override bool Read()
    {
        if (TryMove(out var isRow)) return isRow;
        return Arrive(_connection.Run(_step.More, _limit));
    }

    public override Task<bool> ReadAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<bool>(cancellationToken);
        return TryMove(out var isRow) ? Task.FromResult(isRow) : MoreAsync();

        async Task<bool> MoreAsync() => Arrive(await _connection.RunAsync(_step.More, _limit, cancellationToken));
    }

    public override bool NextResult()
    {
        RequireOpen();
        return !_step.IsFinished && Begin(_connection.Run(_step.NextResult, _limit));
    }

    public override async Task<bool> NextResultAsync(CancellationToken cancellationToken)
    {
        RequireOpen();
        return !_step.IsFinished && Begin(await _connection.RunAsync(_step.NextResult, _limit, cancellationToken));
    }

    public override void Close()
    {
        if (_isClosed) return;
        _isClosed = true;
        try
        {
            if (HasLeftovers) _connection.Run(_step.Finish, _limit);
        }
        catch (MariaDbException)
        {
            // The connection is lost or its statement forgotten; the reader is closed all the same.
        }
        Leave();
        if (_behavior.HasFlag(CommandBehavior.CloseConnection)) _connection.Close();
    }

    public override async Task CloseAsync()
    {
        if (_isClosed) return;
        _isClosed = true;
        try
        {
            if (HasLeftovers) await _connection.RunAsync(_step.Finish, _limit, CancellationToken.None);
        }
        catch (MariaDbException)
        {
            // As above.
        }
        Leave();
        if (_behavior.HasFlag(CommandBehavior.CloseConnection)) await _connection.CloseAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await base.DisposeAsync();
    }

    public override IEnumerator GetEnumerator() => new DbEnumerator(this, closeReader: false);

    protected override void Dispose(bool disposing)
    {
        if (disposing) Close();
        base.Dispose(disposing);
    }

    private bool HasLeftovers => !_step.IsFinished && _connection.State == ConnectionState.Open;

    private bool Begin(ResultStep? step)
    {
        _row = -1;
        if (step is null)
        {
            _step = _step with { Rows = null, IsFinished = true };
            _hasRows = false;
            return false;
        }
        _step = step;
        _hasRows = step.Rows is { Rows: > 0 };
        if (step.AffectedRows >= 0) _recordsAffected = (int)Math.Min(Math.Max(0L, _recordsAffected) + step.AffectedRows, int.MaxValue);
        return true;
    }

    /// <summary>Moves within the rows at hand; false when more must be fetched first.</summary>
    private bool TryMove(out bool isRow)
    {
        RequireOpen();
        var rows = _step.Rows;
        isRow = rows is not null && _row + 1 < rows.Rows;
        if (isRow)
        {
            _row++;
            return true;
        }
        // Beyond the end, so that values of the last row are not taken for a further one's.
        if (rows is null or { IsLast: true })
        {
            _row = int.MaxValue - 1;
            return true;
        }
        return false;
    }

    private bool Arrive(ResultStep step)
    {
        _step = step;
        _row = -1;
        TryMove(out var isRow);
        return isRow;
    }

    private void Leave()
    {
        if (ReferenceEquals(_connection.Reader, this)) _connection.Reader = null;
    }

    private void RequireOpen() => ObjectDisposedException.ThrowIf(_isClosed, this);
}
