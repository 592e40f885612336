namespace Firstlight.Inventory.Own.Yaml;

/// <summary>A piece of a YAML document and the 1-based line it starts on.</summary>
internal abstract record Node(int Line);

/// <summary>A scalar. Only plain ones may mean null, a boolean or a number.</summary>
internal sealed record TextNode(int Line, string Text, bool IsPlain) : Node(Line)
{
    public bool IsNull => IsPlain && Text is "" or "~" or "null" or "Null" or "NULL";
}

/// <summary>A sequence.</summary>
internal sealed record ListNode(int Line, List<Node> Items) : Node(Line);

/// <summary>A mapping in the order written, keys unique.</summary>
internal sealed record MapNode(int Line, List<Entry> Entries) : Node(Line);

/// <summary>A key and its value.</summary>
internal readonly record struct Entry(string Key, int Line, Node Value);
