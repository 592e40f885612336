using Firstlight.Plumbing.Interop;
using Firstlight.Plumbing.Namespaces;
using Microsoft.Win32.SafeHandles;

namespace Firstlight.Plumbing.Tests.Namespaces;

public sealed class SettingsTreesTests
{
    [Fact]
    public void Only_a_few_namespaces_share_a_tree_and_it_goes_with_the_last_of_them()
    {
        using var trees = new SettingsTrees();
        SettingsTrees.Tree[] taken = [.. Enumerable.Range(0, (2 * SettingsTrees.Room) + 1).Select(_ => trees.Take())];

        Assert.All(taken.CountBy(t => t), tree => Assert.InRange(tree.Value, 1, SettingsTrees.Room));
        Assert.Equal(3, trees.Count);

        foreach (var tree in taken.Take(SettingsTrees.Room)) trees.GiveBack(tree);

        Assert.Equal(2, trees.Count);
        Assert.True(taken[0].Root.IsClosed);
        Assert.Same(taken[^1], trees.Take());
    }

    [Fact]
    public void Each_tree_is_an_instance_of_its_own()
    {
        using var trees = new SettingsTrees();
        SettingsTrees.Tree[] taken = [.. Enumerable.Range(0, SettingsTrees.Room + 1).Select(_ => trees.Take())];

        // Another superblock is another device number.
        Assert.NotEqual(DeviceOf(taken[0].Root), DeviceOf(taken[^1].Root));
    }

    [Fact]
    public void Where_nothing_can_be_mounted_settings_are_found_in_the_machines_own_proc()
    {
        using var trees = new SettingsTrees(mount: () => null);

        using var settings = Sched.OpenAt(trees.Take().Root, "sys/net/ipv4", Sched.O_DIRECTORY | Sched.O_CLOEXEC);

        Assert.False(settings.IsInvalid);
    }

    private static (uint Major, uint Minor) DeviceOf(SafeFileHandle root)
    {
        Assert.Equal(0, Sched.Statx(root, "", Sched.AT_EMPTY_PATH, Sched.STATX_BASIC_STATS, out var answer));
        return (answer.DeviceMajor, answer.DeviceMinor);
    }
}
