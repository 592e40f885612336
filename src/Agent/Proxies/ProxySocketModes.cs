namespace Firstlight.Agent.Proxies;

/// <summary>The permission bits of the socket file, by the rules of <c>metadata_proxy_socket_mode</c>.</summary>
internal static class ProxySocketModes
{
    private const UnixFileMode User = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Group = User | UnixFileMode.GroupWrite;
    private const UnixFileMode All = Group | UnixFileMode.OtherWrite;

    /// <summary>The bits for this process as it runs now.</summary>
    public static UnixFileMode Of(ProxySocketOptions options)
    {
        var user = UnixCalls.EffectiveUser();
        var group = UnixCalls.EffectiveGroup();
        return Of(options, (user, Environment.UserName), (group, UnixCalls.GroupName(group)));
    }

    /// <summary>The bits for a process of that user and group.</summary>
    /// <param name="options">What the operator wrote.</param>
    /// <param name="user">Effective user: number, and name where it has one.</param>
    /// <param name="group">Effective group, the same.</param>
    public static UnixFileMode Of(ProxySocketOptions options, (uint Id, string? Name) user, (uint Id, string? Name) group) => options.Mode switch
    {
        ProxySocketMode.User => User,
        ProxySocketMode.Group => Group,
        ProxySocketMode.All => All,
        // Root gets in whatever the bits say.
        _ when options.ProxyUser is "" or "0" or "root" || Is(options.ProxyUser, user) => User,
        _ when options.ProxyGroup is "" || Is(options.ProxyGroup, group) => Group,
        _ => All,
    };

    private static bool Is(string wanted, (uint Id, string? Name) own) => wanted == own.Id.ToString() || wanted == own.Name;
}
