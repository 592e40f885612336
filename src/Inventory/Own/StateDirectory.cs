namespace Firstlight.Inventory.Own;

/// <summary>The directory of everything that is kept (<c>state_path</c>).</summary>
public static class StateDirectory
{
    // Others may pass through but not look: dnsmasq reads its own files below it after it dropped root. What is secret in it has mode 0600.
    private const UnixFileMode Mode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Makes it with mode 0711 where it is missing; one that is there keeps its mode.</summary>
    /// <param name="path">The directory.</param>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">No permission.</exception>
    public static void Make(string path)
    {
        if (!Directory.Exists(path)) Directory.CreateDirectory(path, Mode);
    }
}
