namespace Firstlight.Doctor;

/// <summary>Looks at one hop between a guest and its metadata.</summary>
internal interface ICheck
{
    /// <summary>The hop, in one word, unique on a path.</summary>
    string Hop { get; }

    /// <summary>Hops without which this one cannot be looked at.</summary>
    IReadOnlyList<string> Needs { get; }

    /// <summary>Looks. What the world throws is told as a hop that is wrong.</summary>
    Task<Finding> LookAsync(CancellationToken cancellationToken);
}
