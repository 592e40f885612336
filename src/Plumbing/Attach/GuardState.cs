namespace Firstlight.Plumbing.Attach;

/// <summary>What the kernel's rules hold a port to.</summary>
/// <param name="IsGuarded">Whether only what the port may send passes.</param>
/// <param name="IsOff">Whether everything passes on purpose.</param>
/// <param name="Reason">Why, in one line.</param>
/// <param name="Flaw">What is wrong with it.</param>
public sealed record GuardState(bool IsGuarded, bool IsOff, string Reason, GuardFlaw Flaw = GuardFlaw.None);

/// <summary>What is wrong with the rules that guard a port.</summary>
public enum GuardFlaw
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>There are none, they are not as they were made, or cannot be read: nothing is known to hold anyone.</summary>
    Rules,

    /// <summary>They do not know the port's device, which is shut off then.</summary>
    Device,

    /// <summary>They hold the device to other addresses than the port's own.</summary>
    Addresses,
}
