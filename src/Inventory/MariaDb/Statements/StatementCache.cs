namespace Firstlight.Inventory.MariaDb.Statements;

/// <summary>The prepared statements of one connection, by their text; the least recently used goes. Belongs to the connection's thread.</summary>
internal sealed class StatementCache(int capacity) : IDisposable
{
    private readonly Dictionary<string, LinkedListNode<(string Text, PreparedStatement Statement)>> _byText = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Text, PreparedStatement Statement)> _byUse = new();

    public PreparedStatement GetOrPrepare(SqlText text, Func<SqlText, PreparedStatement> prepare)
    {
        if (_byText.TryGetValue(text.Source, out var node))
        {
            _byUse.Remove(node);
            _byUse.AddFirst(node);
            return node.Value.Statement;
        }
        if (_byText.Count >= capacity && _byUse.Last is { } oldest) Remove(oldest);
        var statement = prepare(text);
        _byText.Add(text.Source, _byUse.AddFirst((text.Source, statement)));
        return statement;
    }

    /// <summary>Forgets a statement that failed: the server may have dropped it, or it may be half-way through a result.</summary>
    public void Remove(SqlText text)
    {
        if (_byText.TryGetValue(text.Source, out var node)) Remove(node);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, statement) in _byUse) statement.Dispose();
        _byUse.Clear();
        _byText.Clear();
    }

    private void Remove(LinkedListNode<(string Text, PreparedStatement Statement)> node)
    {
        _byUse.Remove(node);
        _byText.Remove(node.Value.Text);
        node.Value.Statement.Dispose();
    }
}
