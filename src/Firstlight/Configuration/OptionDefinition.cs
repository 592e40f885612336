using System.Collections.Immutable;

namespace Firstlight.Configuration;

/// <summary>Whose option it is: the name, section and meaning are theirs.</summary>
internal enum OptionOwner
{
    /// <summary>Ours, in <c>[firstlight]</c>.</summary>
    Firstlight,

    /// <summary>Nova's (nova.conf).</summary>
    Nova,

    /// <summary>Neutron's (neutron.conf, metadata_agent.ini, dhcp_agent.ini, l3_agent.ini).</summary>
    Neutron,

    /// <summary>Of the libraries both use.</summary>
    Oslo,
}

/// <summary>What happens to an option that is set.</summary>
internal enum OptionStatus
{
    /// <summary>It does what its owner says it does.</summary>
    Honoured,

    /// <summary>It is read and needs nothing done here, such as a number of worker processes.</summary>
    Accepted,

    /// <summary>We know it and do not do it: a warning at start names it.</summary>
    NotHonoured,
}

/// <summary>Where an option is read from. An object, since dictionaries over objects are compiled ahead of time.</summary>
/// <param name="Section">Section, without brackets.</param>
/// <param name="Name">Its name there.</param>
internal sealed record OptionName(string Section, string Name);

/// <summary>One option: the single source for parsing, checks, printing, warnings and the reference page.</summary>
internal abstract record OptionDefinition
{
    /// <summary>Section.</summary>
    public required string Section { get; init; }

    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>Default as it would be written in a file; may refer to other options with <c>$</c>.</summary>
    public required string DefaultText { get; init; }

    /// <summary>What it does, in one sentence.</summary>
    public required string Meaning { get; init; }

    /// <summary>Whose it is.</summary>
    public required OptionOwner Owner { get; init; }

    /// <summary>Roles that read it.</summary>
    public required ProgramRole Roles { get; init; }

    /// <summary>What happens when it is set.</summary>
    public OptionStatus Status { get; init; } = OptionStatus.Honoured;

    /// <summary>Whether its value is never printed.</summary>
    public bool Secret { get; init; }

    /// <summary>Makes its value fit to print, where only part of it is secret; null where all of it may be printed, or none.</summary>
    public Func<string, string>? Masking { get; init; }

    /// <summary>Older places it is read from.</summary>
    public ImmutableArray<OptionName> Aliases { get; init; } = [];

    /// <summary>A default that differs by role, said in the reference; null where there is none.</summary>
    public (ProgramRole Role, string Text)? RoleDefault { get; init; }

    /// <summary>A default that differs where Nova's databases are read, which is Nova's own; null where there is none.</summary>
    public string? NovaDefaultText { get; init; }

    /// <summary>Name of the form, such as <c>integer</c>.</summary>
    public abstract string FormName { get; }

    /// <summary>What values are allowed, as a message says it.</summary>
    public abstract string Allowed { get; }

    /// <summary>Whether a value is of the form.</summary>
    public abstract bool Accepts(string text);

    /// <summary>The default for a role.</summary>
    /// <param name="role">The role.</param>
    /// <param name="onNova">Whether it reads Nova's databases.</param>
    public string DefaultFor(ProgramRole role, bool onNova)
    {
        if (onNova && NovaDefaultText is { } novas) return novas;
        return RoleDefault is { } special && special.Role.HasFlag(role) ? special.Text : DefaultText;
    }

    /// <summary>A value as it may be printed.</summary>
    public string Shown(string text) => Secret && text.Length > 0 ? Configuration.Secret.Mask : Masking?.Invoke(text) ?? text;

    /// <summary>Such as <c>[api] dhcp_domain</c>.</summary>
    public sealed override string ToString() => $"[{Section}] {Name}";
}

/// <summary>An option with the type its value is read as.</summary>
internal sealed record OptionDefinition<T> : OptionDefinition
{
    /// <summary>How text becomes a value.</summary>
    public required ValueForm<T> Form { get; init; }

    /// <inheritdoc/>
    public override string FormName => Form.Name;

    /// <inheritdoc/>
    public override string Allowed => Form.Allowed;

    /// <inheritdoc/>
    public override bool Accepts(string text) => Form.TryParse(text, out _);
}
