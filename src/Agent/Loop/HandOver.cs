using System.Net.Sockets;
using Firstlight.Agent.Identify;
using Firstlight.Agent.Listeners;
using Microsoft.Extensions.Logging;

namespace Firstlight.Agent.Loop;

/// <summary>A connection on its way from the loop to Kestrel. Made into a socket of the runtime on a pool thread, which takes longer than the loop may.</summary>
internal sealed class HandOver(LoopAcceptor from, NamespaceListener home, int descriptor, GuestPeer peer, Replay replay, ILogger logger) : IThreadPoolWorkItem
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
        catch (Exception e)
        {
            // The border of a connection: nobody else would catch it on its way there.
            LoopLog.Failed(logger, e);
            handle.Dispose();
        }
        finally
        {
            from.HandedOver();
        }
    }
}
