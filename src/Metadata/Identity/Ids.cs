namespace Firstlight.Metadata.Identity;

/// <summary>The id of an instance as its port record has it: normally a lower-case UUID, never checked to be one.</summary>
/// <param name="Value">The text exactly as stored; it is the message of the signature.</param>
public readonly record struct InstanceId(string Value)
{
    /// <summary>The id as stored.</summary>
    public override string ToString() => Value;
}

/// <summary>The id of the project (tenant) that owns a port or an instance.</summary>
/// <param name="Value">The text exactly as stored; compared by ordinal.</param>
public readonly record struct ProjectId(string Value)
{
    /// <summary>The id as stored.</summary>
    public override string ToString() => Value;
}
