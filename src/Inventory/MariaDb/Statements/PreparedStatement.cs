using System.Runtime.InteropServices;
using Firstlight.Inventory.MariaDb.Native;
using static Firstlight.Inventory.MariaDb.Native.MysqlStatement;

namespace Firstlight.Inventory.MariaDb.Statements;

/// <summary>One statement on one connection, prepared once and executed often. Belongs to the connection's thread.</summary>
internal sealed unsafe class PreparedStatement : IDisposable
{
    private readonly StatementHandle _handle;
    private readonly string _target;
    private readonly int _parameters;
    private ResultSlots? _slots;

    /// <exception cref="MariaDbException">The server does not take the statement.</exception>
    public PreparedStatement(MysqlHandle connection, SqlText text, string target)
    {
        _target = target;
        _handle = new StatementHandle(connection);
        try
        {
            if (_handle.IsInvalid) throw MariaDbException.Of(connection, Attempt("preparing a statement"));
            fixed (byte* sql = text.Utf8) Check(mysql_stmt_prepare(_handle, sql, (nuint)text.Utf8.Length), "preparing a statement");
            _parameters = (int)mysql_stmt_param_count(_handle);
        }
        catch
        {
            _handle.Dispose();
            throw;
        }
    }

    /// <summary>The columns of the result at hand; empty when it has no rows to give.</summary>
    public Column[] Columns { get; private set; } = [];

    /// <summary>Rows found or inserted by the last execution, -1 for a query.</summary>
    public long AffectedRows => (long)mysql_stmt_affected_rows(_handle);

    /// <summary>Executes and is left at the first result.</summary>
    public void Execute(ParameterValues values)
    {
        // The server counts by its own reading of quotes and comments (ANSI_QUOTES, NO_BACKSLASH_ESCAPES change it); binding too few would read wild memory.
        if (values.Count != _parameters)
            throw new MariaDbException(MariaDbFailure.Other, $"the server sees {_parameters} placeholders in the statement where {values.Count} were found");
        if (_parameters == 0) Check(mysql_stmt_execute(_handle), "executing a statement");
        else
        {
            values.Pin(binds =>
            {
                Check(mysql_stmt_bind_param(_handle, binds), "binding parameters");
                Check(mysql_stmt_execute(_handle), "executing a statement");
            });
        }
        ReadColumns();
    }

    /// <summary>The next rows. Its last one says that it is, and then the server has nothing more to send of this result.</summary>
    public RowBatch Fetch()
    {
        var batch = new RowBatch(Columns);
        while (!batch.IsFull)
        {
            var answer = mysql_stmt_fetch(_handle);
            if (answer == MYSQL_NO_DATA)
            {
                batch.IsLast = true;
                break;
            }
            // Truncated is what measured columns are by design.
            if (answer is not (0 or MYSQL_DATA_TRUNCATED)) throw Failure("fetching rows");
            var cells = batch.AddRow();
            for (var i = 0; i < cells.Length; i++) cells[i] = Read(i, batch);
        }
        return batch;
    }

    /// <summary>Whether results follow the one at hand.</summary>
    public bool HasMoreResults => mysql_stmt_more_results(_handle) != 0;

    /// <summary>Leaves the rows of this result and goes to the next, of a procedure; false when there is none.</summary>
    public bool SkipToNextResult()
    {
        // Row by row: mysql_stmt_free_result would skip them too, but also forget that results follow, and leave those on the wire.
        while (Columns.Length > 0 && Skip())
        {
        }
        if (!HasMoreResults) return false;
        Check(mysql_stmt_next_result(_handle), "asking for the next result");
        ReadColumns();
        return true;
    }

    /// <summary>Reads away what is left, so that the connection is free for other statements.</summary>
    public void Finish()
    {
        while (SkipToNextResult())
        {
        }
        if (Columns.Length > 0) Check(mysql_stmt_free_result(_handle), "leaving a result");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _handle.Dispose();
        _slots?.Dispose();
    }

    private bool Skip()
    {
        var answer = mysql_stmt_fetch(_handle);
        if (answer == MYSQL_NO_DATA) return false;
        return answer is 0 or MYSQL_DATA_TRUNCATED ? true : throw Failure("leaving a result");
    }

    private Cell Read(int column, RowBatch batch)
    {
        var slot = _slots!.At(column);
        if (slot->IsNull != 0) return Cell.Null;
        return Columns[column].Kind switch
        {
            ColumnKind.Integer => Cell.Of(slot->As<long>()),
            ColumnKind.Float => Cell.Of((double)slot->As<float>()),
            ColumnKind.Double => Cell.Of(slot->As<double>()),
            ColumnKind.DateTime => Cell.Of(Times.DateTicks(slot->As<MysqlTime>())),
            ColumnKind.Time => Cell.Of(Times.SpanTicks(slot->As<MysqlTime>())),
            _ => ReadBytes(column, (int)slot->Length, batch),
        };
    }

    private Cell ReadBytes(int column, int length, RowBatch batch)
    {
        var room = batch.Reserve(length, out var cell);
        if (length == 0) return cell;
        fixed (byte* buffer = room)
        {
            nuint whole = 0;
            byte isNull = 0, error = 0;
            var bind = new MysqlBind
            {
                Buffer = buffer, BufferLength = (nuint)length, BufferType = FieldType.Blob, Length = &whole, IsNull = &isNull, Error = &error,
            };
            Check(mysql_stmt_fetch_column(_handle, &bind, (uint)column, 0), "fetching a column");
            if (error != 0 || whole != (nuint)length)
                throw new MariaDbException(MariaDbFailure.Other, Attempt($"fetching column {Columns[column].Name}: {whole} bytes where {length} were announced"));
        }
        return cell;
    }

    /// <summary>Looks at the columns of the result at hand, and binds them. Usually they are those of the last time.</summary>
    private void ReadColumns()
    {
        if (mysql_stmt_field_count(_handle) == 0)
        {
            Columns = [];
            return;
        }
        var metadata = mysql_stmt_result_metadata(_handle);
        if (metadata == 0) throw Failure("reading the columns of a result");
        try
        {
            var fields = new FieldList(Mysql.mysql_fetch_fields(metadata), (int)Mysql.mysql_num_fields(metadata));
            if (_slots is null || !AreStill(fields))
            {
                var columns = new Column[fields.Count];
                for (var i = 0; i < columns.Length; i++) columns[i] = Column.Of(fields.First + i);
                var slots = new ResultSlots(columns);
                _slots?.Dispose();
                _slots = slots;
                Columns = columns;
            }
        }
        finally
        {
            Mysql.mysql_free_result(metadata);
        }
        Check(mysql_stmt_bind_result(_handle, _slots.Binds), "binding columns");
    }

    private bool AreStill(FieldList fields)
    {
        if (fields.Count != Columns.Length) return false;
        for (var i = 0; i < fields.Count; i++)
        {
            if (!Columns[i].Describes(fields.First + i)) return false;
        }
        return true;
    }

    private void Check(int answer, string attempt)
    {
        if (answer != 0) throw Failure(attempt);
    }

    private MariaDbException Failure(string attempt) => MariaDbException.Of(_handle, Attempt(attempt));

    private string Attempt(string attempt) => $"{attempt} on {_target}";

    [StructLayout(LayoutKind.Auto)]
    private readonly struct FieldList(MysqlField* first, int count)
    {
        public MysqlField* First { get; } = first;

        public int Count { get; } = count;
    }
}
