namespace Firstlight.Inventory.MariaDb.Statements;

/// <summary>The prepared statements of one connection, by their text; the least recently used goes. Belongs to the connection's thread.</summary>
/// <remarks>The same text is the same object: comparing the characters of a long one would cost more than all else here.</remarks>
internal sealed class StatementCache(int capacity) : IDisposable
{
    private readonly Dictionary<SqlText, LinkedListNode<(SqlText Text, PreparedStatement Statement)>> _byText = new(ReferenceEqualityComparer.Instance);
    private readonly LinkedList<(SqlText Text, PreparedStatement Statement)> _byUse = new();

    public PreparedStatement GetOrPrepare(SqlText text, Func<SqlText, PreparedStatement> prepare)
    {
        if (_byText.TryGetValue(text, out var node))
        {
            _byUse.Remove(node);
            _byUse.AddFirst(node);
            return node.Value.Statement;
        }
        if (_byText.Count >= capacity && _byUse.Last is { } oldest) Remove(oldest);
        var statement = prepare(text);
        _byText.Add(text, _byUse.AddFirst((text, statement)));
        return statement;
    }

    /// <summary>Forgets a statement that failed: the server may have dropped it, or it may be half-way through a result.</summary>
    public void Remove(SqlText text)
    {
        if (_byText.TryGetValue(text, out var node)) Remove(node);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, statement) in _byUse) statement.Dispose();
        _byUse.Clear();
        _byText.Clear();
    }

    private void Remove(LinkedListNode<(SqlText Text, PreparedStatement Statement)> node)
    {
        _byUse.Remove(node);
        _byText.Remove(node.Value.Text);
        node.Value.Statement.Dispose();
    }
}
