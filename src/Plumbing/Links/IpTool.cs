using Firstlight.Plumbing.Namespaces;
using Firstlight.Plumbing.Processes;

namespace Firstlight.Plumbing.Links;

/// <summary>Changes by iproute2's <c>ip</c>, many lines a run; what there is is read without it.</summary>
internal sealed class IpTool(Hand hand)
{
    /// <summary>Runs lines in order; nothing at all when there are none.</summary>
    /// <param name="networkNamespace">Where; null for the host's own.</param>
    /// <param name="lines">Lines for <c>ip -batch</c>.</param>
    /// <param name="cancellationToken">Ends the program.</param>
    /// <exception cref="ProcessFailedException">A line failed: those before it took effect. The message has the line.</exception>
    public async Task RunAsync(string? networkNamespace, IReadOnlyCollection<string> lines, CancellationToken cancellationToken)
    {
        if (lines.Count == 0) return;
        try
        {
            var input = string.Join('\n', lines) + "\n";
            await hand.RunAsync(Call(networkNamespace, input), cancellationToken);
        }
        catch (ProcessFailedException e) when (FailedLine(e.Message, lines) is { } line)
        {
            throw new ProcessFailedException($"{e.Message} (ip {line})", e.ExitCode, e);
        }
    }

    /// <summary>Removes a device of the host. One that goes by itself meanwhile is as good: the kernel takes veths out of a deleted namespace when it finds the time.</summary>
    public async Task DeleteLinkAsync(string device, CancellationToken cancellationToken)
    {
        try
        {
            await RunAsync(networkNamespace: null, [HostPlan.Delete(device)], cancellationToken);
        }
        catch (ProcessFailedException) when (!Directory.Exists($"/sys/class/net/{device}"))
        {
            // As wanted.
        }
    }

    /// <summary>Removes a namespace by name. Processes and sockets inside keep it alive, without a name, until they end.</summary>
    public Task DeleteNamespaceAsync(string name, CancellationToken cancellationToken) =>
        hand.RunAsync(new ProcessCall($"removing namespace {name}", "ip", ["netns", "del", name]), cancellationToken);

    /// <summary>A call that runs inside a namespace. nsenter, unlike <c>ip netns exec</c> and <c>ip -n</c>, gives the program no mount namespace of its own:
    /// nobody copies the mounts of all other namespaces, nor does a daemon started this way hold them.</summary>
    public static ProcessCall Inside(string networkNamespace, string purpose, string program, IReadOnlyList<string> arguments, string? input = null) =>
        new(purpose, "nsenter", [$"--net={NamespaceList.PathOf(networkNamespace)}", "--", program, .. arguments], input);

    private static ProcessCall Call(string? networkNamespace, string input) => networkNamespace is null
        ? new ProcessCall("changing the host's devices", "ip", ["-batch", "-"], input)
        : Inside(networkNamespace, $"changing {networkNamespace}", "ip", ["-batch", "-"], input);

    private static string? FailedLine(string message, IReadOnlyCollection<string> lines)
    {
        const string Mark = "Command failed -:";
        var at = message.IndexOf(Mark, StringComparison.Ordinal);
        if (at < 0) return null;
        var digits = new string([.. message[(at + Mark.Length)..].TakeWhile(char.IsAsciiDigit)]);
        return int.TryParse(digits, out var number) ? lines.ElementAtOrDefault(number - 1) : null;
    }
}
