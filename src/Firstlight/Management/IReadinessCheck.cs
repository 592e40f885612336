namespace Firstlight.Management;

/// <summary>Something that must work for a role to be of use.</summary>
internal interface IReadinessCheck
{
    /// <summary>Short name, such as <c>inventory</c>.</summary>
    string Name { get; }

    /// <summary>Looks now. An exception counts as not ready, with its message.</summary>
    /// <returns>Null when all is well, else what is wrong in one line.</returns>
    ValueTask<string?> CheckAsync(CancellationToken cancellationToken);
}

/// <summary>A check made of a function.</summary>
/// <param name="name">Short name.</param>
/// <param name="check">Null when all is well, else what is wrong.</param>
internal sealed class ReadinessCheck(string name, Func<CancellationToken, ValueTask<string?>> check) : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public ValueTask<string?> CheckAsync(CancellationToken cancellationToken) => check(cancellationToken);
}
