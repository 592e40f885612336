namespace Firstlight.Metadata.Instances;

/// <summary>Facts of an instance that are stored apart from each other, so that one of them can be unreadable alone.</summary>
[Flags]
public enum InstanceParts
{
    /// <summary>None of them.</summary>
    None = 0,

    /// <summary><see cref="Instance.UserData"/>.</summary>
    UserData = 1 << 0,

    /// <summary><see cref="Instance.NetworkInfo"/>.</summary>
    NetworkInfo = 1 << 1,

    /// <summary><see cref="Instance.FlavorName"/>.</summary>
    Flavor = 1 << 2,

    /// <summary><see cref="Instance.KeyPairs"/>.</summary>
    KeyPairs = 1 << 3,

    /// <summary><see cref="Instance.Devices"/>.</summary>
    Devices = 1 << 4,

    /// <summary><see cref="Instance.DedicatedCpus"/>.</summary>
    Numa = 1 << 5,

    /// <summary><see cref="Instance.Metadata"/>.</summary>
    Metadata = 1 << 6,

    /// <summary><see cref="Instance.Password"/>.</summary>
    Password = 1 << 7,
}
