using Firstlight.Inventory.MariaDb.Connections;

namespace Firstlight.Inventory.MariaDb.Statements;

/// <summary>How far an execution has come: what one visit to the connection's thread brought back. The methods run on that thread.</summary>
/// <param name="Text">What is executed.</param>
/// <param name="Statement">For that thread only.</param>
/// <param name="Rows">The rows at hand; null when the result has no columns.</param>
/// <param name="AffectedRows">Rows found or inserted, -1 for a query.</param>
/// <param name="IsFinished">Whether the server has nothing more to send.</param>
internal sealed record ResultStep(SqlText Text, PreparedStatement Statement, RowBatch? Rows, long AffectedRows, bool IsFinished)
{
    /// <summary>Executes, and brings the first rows along.</summary>
    public static ResultStep Execute(ServerConnection connection, SqlText text, ParameterValues values)
    {
        var statement = connection.Execute(text, values);
        return Guarded(connection, text, () => AtResult(text, statement));
    }

    /// <summary>Executes for the effect: every result is read away. Its affected rows are those of all results.</summary>
    public static long ExecuteAll(ServerConnection connection, SqlText text, ParameterValues values)
    {
        var statement = connection.Execute(text, values);
        return Guarded(connection, text, () =>
        {
            var affected = -1L;
            do
            {
                if (statement.Columns.Length == 0) affected = Math.Max(0, affected) + statement.AffectedRows;
            }
            while (statement.HasMoreResults && statement.SkipToNextResult());
            statement.Finish();
            return affected;
        });
    }

    /// <summary>The rows after those at hand.</summary>
    public ResultStep More(ServerConnection connection) => Guarded(connection, Text, () => With(Statement.Fetch()));

    /// <summary>The result after this one; null when there is none.</summary>
    public ResultStep? NextResult(ServerConnection connection) =>
        Guarded(connection, Text, () => Statement.SkipToNextResult() ? AtResult(Text, Statement) : null);

    /// <summary>Reads away what is left.</summary>
    public bool Finish(ServerConnection connection) => Guarded(connection, Text, () =>
    {
        Statement.Finish();
        return true;
    });

    private static ResultStep AtResult(SqlText text, PreparedStatement statement)
    {
        var start = new ResultStep(text, statement, null, statement.Columns.Length == 0 ? statement.AffectedRows : -1, false);
        return start.With(statement.Columns.Length == 0 ? null : statement.Fetch());
    }

    private ResultStep With(RowBatch? rows)
    {
        var isFinished = rows is null or { IsLast: true } && !Statement.HasMoreResults;
        if (isFinished) Statement.Finish();
        return this with { Rows = rows, IsFinished = isFinished };
    }

    // A statement that failed half-way is in a state nobody knows.
    private static T Guarded<T>(ServerConnection connection, SqlText text, Func<T> work)
    {
        try
        {
            return work();
        }
        catch
        {
            connection.Forget(text);
            throw;
        }
    }
}
