using System.Net.Sockets;
using Firstlight.Agent.Identify;
using Firstlight.Agent.Listeners;

namespace Firstlight.Agent.Loop;

/// <summary>A connection on its way from the loop to Kestrel. Made into a socket of the runtime on a pool thread, which takes longer than the loop may.</summary>
internal sealed class HandOver(LoopAcceptor from, NamespaceListener home, int descriptor, GuestPeer peer, Replay replay) : IThreadPoolWorkItem
{
    public void Execute()
    {
        var handle = new SafeSocketHandle(descriptor, ownsHandle: true);
        try
        {
            home.Admit(new Socket(handle), peer, replay);
        }
        catch (SocketException)
        {
            // The guest was gone before it was looked at.
            handle.Dispose();
        }
        finally
        {
            from.HandedOver();
        }
    }
}
