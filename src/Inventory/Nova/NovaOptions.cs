namespace Firstlight.Inventory.Nova;

/// <summary>How Nova's databases are read. Immutable.</summary>
public sealed record NovaOptions
{
    /// <summary><c>[api_database] connection</c>; may be null when <see cref="LocalPerCell"/> is set, which never asks it.</summary>
    public SqlAlchemyUrl? ApiUrl { get; init; }

    /// <summary><c>[database] connection</c>: the cell of instances without a mapping, and what cell URL templates are filled from.</summary>
    public required SqlAlchemyUrl DefaultUrl { get; init; }

    /// <summary><c>[api] local_metadata_per_cell</c>: every instance is in <see cref="DefaultUrl"/>. Default false.</summary>
    public bool LocalPerCell { get; init; }

    /// <summary>Longest a database may take for its part of one build, retry included; then it counts as down. Default 5 s.</summary>
    public TimeSpan CellTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a database that failed is left alone before it is tried again. Default 3 s.</summary>
    public TimeSpan LeaveAlone { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Most connections to one database, 1 to 1000. Default 16.</summary>
    public int PoolSize { get; init; } = 16;

    /// <summary>Whether a missing EC2 number is written as Nova would, if the account may. Default true.</summary>
    public bool MayAllot { get; init; } = true;

    /// <summary>Whether a row Nova could not read makes the whole instance fail, as there. Default false: only the documents that need it.</summary>
    public bool StrictNova { get; init; }
}
