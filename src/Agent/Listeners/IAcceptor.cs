namespace Firstlight.Agent.Listeners;

/// <summary>Takes the connections of one listening socket. Two kinds ship: <see cref="SocketAcceptor"/> by the runtime, and <see cref="Loop.LoopAcceptor"/> by a loop of our own.</summary>
internal interface IAcceptor
{
    /// <summary>Open connections that it keeps itself, beside those that it gave to the listener.</summary>
    int Connections { get; }

    /// <summary>Set once it ended by itself; the listener is then of no more use.</summary>
    bool HasFailed { get; }

    /// <summary>Begins.</summary>
    void Start();

    /// <summary>Takes no more connections; those it keeps go on. The socket may be closed afterwards.</summary>
    Task StopAsync();

    /// <summary>Ends connections that it keeps as soon as they are idle, and waits until none is left.</summary>
    Task DrainAsync(CancellationToken cancellationToken);

    /// <summary>Resets the connections that it keeps. The last thing it is asked for.</summary>
    Task ResetAsync();
}
