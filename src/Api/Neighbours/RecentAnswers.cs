using System.Collections.Concurrent;
using Firstlight.Inventory;
using Firstlight.Metadata.Identity;
using Microsoft.Extensions.Logging;

namespace Firstlight.Api.Neighbours;

/// <summary>How long answers of a neighbour are used.</summary>
/// <param name="Lifetime">Time an answer is believed without asking again, from the question.</param>
/// <param name="StaleIfError">Time the last good answer is used while the neighbour fails.</param>
/// <param name="Patience">Time a request waits for the neighbour; <see cref="Timeout.InfiniteTimeSpan"/> leaves it to the neighbour's own bound.</param>
internal sealed record RecentAnswersOptions(TimeSpan Lifetime, TimeSpan StaleIfError, TimeSpan Patience);

/// <summary>Answers of a slow or failing neighbour by key. One question at a time for a key; thread-safe.</summary>
/// <typeparam name="T">An answer.</typeparam>
/// <param name="options">How long answers are used.</param>
/// <param name="keeps">Which answers may be used again; that there is nothing, for one, may change at any moment.</param>
/// <param name="time">Clock.</param>
/// <param name="logger">For failures of the neighbour.</param>
internal sealed class RecentAnswers<T>(RecentAnswersOptions options, Predicate<T> keeps, TimeProvider time, ILogger logger)
    where T : class
{
    // Some hundred bytes each; reached only when addresses come and go for days.
    private const int Capacity = 65_536;

    private readonly ConcurrentDictionary<string, Answer> _answers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Question> _questions = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>Gives the answer from memory or from the neighbour.</summary>
    /// <param name="key">What is asked.</param>
    /// <param name="requestId">Of the request, for logs.</param>
    /// <param name="ask">Asks; has a bound of its own, and goes on when this request gives up.</param>
    /// <param name="cancellationToken">Ends this wait.</param>
    /// <exception cref="InventoryUnavailableException">The neighbour fails or is slow, and nothing good is kept.</exception>
    public async ValueTask<T> GetAsync(string key, RequestId requestId, Func<ValueTask<T>> ask, CancellationToken cancellationToken)
    {
        if (_answers.TryGetValue(key, out var kept) && time.GetElapsedTime(kept.AskedAt) < options.Lifetime) return kept.Value;

        var question = Join(key, ask);
        string reason;
        try
        {
            return await question.Result.Task.WaitAsync(PatienceFor(question), time, cancellationToken);
        }
        catch (TimeoutException)
        {
            reason = "no answer yet";
        }
        catch (InventoryUnavailableException e)
        {
            reason = e.Message;
        }

        if (kept is not null && time.GetElapsedTime(kept.AskedAt) < options.StaleIfError)
        {
            ApiLog.AnsweredFromMemory(logger, reason, requestId);
            return kept.Value;
        }

        ApiLog.NeighbourUnavailable(logger, reason, requestId);
        throw new InventoryUnavailableException(reason);
    }

    // Who comes while a question is open already waits only for what is left of the first one's patience.
    private TimeSpan PatienceFor(Question question)
    {
        if (options.Patience == Timeout.InfiniteTimeSpan) return options.Patience;
        var left = options.Patience - time.GetElapsedTime(question.AskedAt);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private Question Join(string key, Func<ValueTask<T>> ask)
    {
        Question question;
        lock (_lock)
        {
            if (_questions.TryGetValue(key, out var open)) return open;
            question = new Question(time.GetTimestamp());
            _questions[key] = question;
        }

        _ = AskAsync(key, question, ask);
        return question;
    }

    private async Task AskAsync(string key, Question question, Func<ValueTask<T>> ask)
    {
        T? value = null;
        Exception? failure = null;
        try
        {
            value = await ask();
            Keep(key, value, question.AskedAt);
        }
        catch (Exception e)
        {
            // The border of a question: whatever came is handed to those who wait.
            failure = e;
        }

        lock (_lock) _questions.Remove(key);
        if (failure is null) question.Result.SetResult(value!);
        else question.Result.SetException(failure);
    }

    private void Keep(string key, T value, long askedAt)
    {
        if (!keeps(value))
        {
            _answers.TryRemove(key, out _);
            return;
        }

        if (_answers.Count >= Capacity)
        {
            foreach (var (old, _) in _answers.OrderBy(answer => answer.Value.AskedAt).Take(Capacity / 2)) _answers.TryRemove(old, out _);
        }

        _answers[key] = new Answer(value, askedAt);
    }

    private sealed record Answer(T Value, long AskedAt);

    private sealed record Question(long AskedAt)
    {
        public TaskCompletionSource<T> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
