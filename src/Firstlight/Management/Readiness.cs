namespace Firstlight.Management;

/// <summary>Asks all checks at once and gives none more than two seconds, so that a probe always gets an answer.</summary>
internal static class Readiness
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>One line for each check that failed, in the order of the checks; empty when ready.</summary>
    public static async Task<IReadOnlyList<string>> FailuresAsync(IReadOnlyList<IReadinessCheck> checks, CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(checks.Select(c => AskAsync(c, cancellationToken)));
        return [.. answers.OfType<string>()];
    }

    private static async Task<string?> AskAsync(IReadinessCheck check, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            var wrong = await Task.Run(() => check.CheckAsync(patience.Token).AsTask(), patience.Token).WaitAsync(patience.Token);
            return wrong is null ? null : Line(check, wrong);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Line(check, $"no answer within {Patience.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return Line(check, e.Message);
        }
    }

    private static string Line(IReadinessCheck check, string wrong) => $"{check.Name}: {wrong.ReplaceLineEndings(" ")}";
}
