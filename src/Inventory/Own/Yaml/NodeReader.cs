using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Firstlight.Inventory.Own.Yaml;

/// <summary>YAML events → <see cref="Node"/>s: anchors resolved, merge keys applied, duplicate keys reported. No types are instantiated by tag.</summary>
internal sealed class NodeReader(string yaml, Mistakes mistakes)
{
    private const int Deepest = 32;

    // Anchors let a small file speak of many things; this is far beyond any real one.
    private const int MostNodes = 500_000;
    private const string CoreTag = "tag:yaml.org,2002:";

    private readonly Parser _parser = new(new StringReader(yaml));
    private readonly Dictionary<AnchorName, Node> _anchors = [];
    private int _nodes;

    /// <summary>The root of the one document; null for an empty file and after a mistake that ends reading.</summary>
    public Node? Read()
    {
        try
        {
            Expect<StreamStart>();
            if (_parser.Current is StreamEnd) return null;
            Expect<DocumentStart>();
            var root = Read(depth: 0);
            Expect<DocumentEnd>();
            if (_parser.Current is not StreamEnd) mistakes.Add(Line(_parser.Current!), "a second document: one file holds one");
            return root;
        }
        catch (StopException)
        {
            return null;
        }
        catch (YamlException e)
        {
            mistakes.Add((int)Math.Max(1, e.Start.Line), $"invalid YAML: {e.Message.ReplaceLineEndings(" ")}");
            return null;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            // The scanner lets a few of the runtime's own exceptions through for odd directives and escapes.
            mistakes.Add((int)Math.Max(1, _parser.Current?.Start.Line ?? 1), $"invalid YAML: {e.Message.ReplaceLineEndings(" ")}");
            return null;
        }
    }

    private Node Read(int depth)
    {
        var at = _parser.Current!;
        if (depth > Deepest) throw Stop(Line(at), $"nested deeper than {Deepest} levels");
        if (++_nodes > MostNodes) throw Stop(Line(at), "too many items");
        switch (at)
        {
            case AnchorAlias alias:
                _parser.MoveNext();
                return _anchors.TryGetValue(alias.Value, out var anchored) ? anchored : throw Stop(Line(at), $"the alias *{alias.Value} has no anchor before it");
            case Scalar scalar:
                _parser.MoveNext();
                CheckTag(scalar);
                return Anchor(scalar, new TextNode(Line(at), scalar.Value, scalar.Style == ScalarStyle.Plain));
            case SequenceStart list:
                _parser.MoveNext();
                CheckTag(list);
                return Anchor(list, ReadList(Line(at), depth));
            case MappingStart map:
                _parser.MoveNext();
                CheckTag(map);
                return Anchor(map, ReadMap(Line(at), depth));
            default:
                throw Stop(Line(at), "not understood");
        }
    }

    private ListNode ReadList(int line, int depth)
    {
        var items = new List<Node>();
        while (_parser.Current is not SequenceEnd) items.Add(Read(depth + 1));
        _parser.MoveNext();
        return new ListNode(line, items);
    }

    private MapNode ReadMap(int line, int depth)
    {
        var entries = new List<Entry>();
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        var merged = new List<Node>();
        while (_parser.Current is not MappingEnd)
        {
            var keyLine = Line(_parser.Current!);
            var key = Read(depth + 1) as TextNode;
            var value = Read(depth + 1);
            if (key is null) mistakes.Add(keyLine, "a key is not a text");
            else if (key is { Text: "<<", IsPlain: true }) merged.Add(value);
            else if (seen.TryAdd(key.Text, keyLine)) entries.Add(new Entry(key.Text, keyLine, value));
            else mistakes.Add(keyLine, key.Text, $"is there twice, first on line {seen[key.Text]}");
        }
        _parser.MoveNext();
        foreach (var source in merged.SelectMany(m => m is ListNode list ? list.Items : [m])) Merge(source);
        return new MapNode(line, entries);

        void Merge(Node source)
        {
            if (source is not MapNode map)
            {
                mistakes.Add(source.Line, "<<", "is not a mapping, or a list of them");
                return;
            }
            foreach (var entry in map.Entries)
            {
                if (++_nodes > MostNodes) throw Stop(line, "too many items");
                if (seen.TryAdd(entry.Key, entry.Line)) entries.Add(entry);
            }
        }
    }

    private Node Anchor(NodeEvent start, Node node)
    {
        if (!start.Anchor.IsEmpty) _anchors[start.Anchor] = node;
        return node;
    }

    private void CheckTag(NodeEvent start)
    {
        if (start.Tag.IsEmpty || start.Tag.IsNonSpecific) return;
        var tag = start.Tag.Value;
        if (tag is CoreTag + "str" or CoreTag + "int" or CoreTag + "bool" or CoreTag + "null" or CoreTag + "seq" or CoreTag + "map") return;
        mistakes.Add(Line(start), $"the tag {tag} means nothing here");
    }

    private void Expect<T>()
        where T : ParsingEvent
    {
        if (_parser.Current is null) _parser.MoveNext();
        if (_parser.Current is not T) throw Stop(_parser.Current is { } at ? Line(at) : 1, "not understood");
        _parser.MoveNext();
    }

    private StopException Stop(int line, string rule)
    {
        mistakes.Add(line, rule);
        return new StopException();
    }

    private static int Line(ParsingEvent at) => (int)Math.Max(1, at.Start.Line);

    private sealed class StopException : Exception;
}
