using System.Text.Json;

namespace Firstlight.Inventory.Neutron.Heartbeat;

/// <summary>What Neutron's server answered to a report.</summary>
/// <param name="MessageId">The report that is answered.</param>
/// <param name="Result"><c>new</c>, <c>alive</c> or <c>revived</c>; null when it failed or the server says nothing.</param>
/// <param name="Failure">Name of the server's exception, null when there was none.</param>
/// <param name="FailureText">What it says, one short line.</param>
internal sealed record ReportAnswer(string? MessageId, string? Result, string? Failure, string? FailureText)
{
    /// <summary>Whether asking again is useless: this Neutron has no such method.</summary>
    public bool IsRefusal => Failure is "NoSuchMethod" or "UnsupportedVersion" or "AttributeError";

    /// <summary>Reads a message of the reply queue.</summary>
    /// <returns>Null for what is no answer in oslo.messaging's envelope.</returns>
    public static ReportAnswer? Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var envelope = JsonDocument.Parse(body);
            if (Text(envelope.RootElement, "oslo.message") is not { } text) return null;
            using var message = JsonDocument.Parse(text);
            var root = message.RootElement;
            var (failure, failureText) = Text(root, "failure") is { } thrown ? FailureOf(thrown) : (null, null);
            return new ReportAnswer(Text(root, "_msg_id"), Text(root, "result"), failure, failureText);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not JSON, or text that is no Unicode.
            return null;
        }
    }

    private static (string Name, string Text) FailureOf(string text)
    {
        try
        {
            using var thrown = JsonDocument.Parse(text);
            return (OneLine(Text(thrown.RootElement, "class") ?? "an error"), OneLine(Text(thrown.RootElement, "message") ?? ""));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return ("an error", OneLine(text));
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    // It goes to our log: a peer's text must not be able to forge lines there.
    private static string OneLine(string text) =>
        string.Concat((text.Length > 200 ? text[..200] : text).Select(c => char.IsControl(c) ? ' ' : c));
}
