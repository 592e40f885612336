using System.Net;
using System.Runtime.InteropServices;
using Firstlight.Agent.Tests.Support;
using Firstlight.Metadata.Identity;
using Firstlight.Plumbing.Namespaces;
using Microsoft.Win32.SafeHandles;

namespace Firstlight.Agent.Tests.Listeners;

// Alone: the one test puts a thread of this process astray on purpose, the other says there is none.
[CollectionDefinition(nameof(ThreadNamespaceTests), DisableParallelization = true)]
public sealed class ThreadNamespaceCollection;

[Collection(nameof(ThreadNamespaceTests))]
public sealed partial class ThreadNamespaceTests
{
    private const int CLONE_NEWNET = 0x40000000;

    [Fact]
    public async Task No_thread_is_left_in_a_guests_network_after_200_opens_under_load()
    {
        using var space = new TestNamespace().WithGuests("10.0.0.5");
        using var sockets = new NamespaceSockets();
        await using var agent = await TestAgent.StartAsync();
        agent.Directory.Add(TestAgent.HomeScope, "127.0.0.1", "home-instance");
        using var stop = new CancellationTokenSource();
        var load = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var answered = 0;
            for (; !stop.IsCancellationRequested; answered++) Assert.Equal(200, (await GuestClient.GetHomeAsync(agent.Home)).Status);
            return answered;
        })).ToArray();

        for (var i = 0; i < 200; i++)
        {
            using var socket = sockets.OpenListener(space.Path, new IPEndPoint(MetadataAddress.V4, 80), null);
            if (i % 20 == 0) GC.Collect();
            if (i % 10 == 0) Assert.Equal(0, ThreadNamespaceCheck.CountInfected());
            await Task.Yield();
        }

        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(load), answered => Assert.True(answered > 0));
        Assert.Equal(0, ThreadNamespaceCheck.CountInfected());
    }

    [Fact]
    public void Thread_that_strayed_is_counted()
    {
        using var space = new TestNamespace();
        using var there = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();
        var entered = -1;
        var stray = new Thread(() =>
        {
            using (var file = File.OpenHandle(space.Path)) entered = SetNs(file, CLONE_NEWNET);
            there.Set();
            leave.Wait();
        });
        stray.Start();
        there.Wait();
        try
        {
            Assert.Equal(0, entered);
            Assert.Equal(1, ThreadNamespaceCheck.CountInfected());
        }
        finally
        {
            leave.Set();
            stray.Join();
        }

        Assert.Equal(0, ThreadNamespaceCheck.CountInfected());
    }

    [LibraryImport("libc", EntryPoint = "setns")]
    private static partial int SetNs(SafeFileHandle file, int type);
}
