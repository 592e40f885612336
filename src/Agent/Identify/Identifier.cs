using System.Diagnostics.CodeAnalysis;
using Firstlight.Agent.Memory;
using Firstlight.Inventory;
using Firstlight.Metadata.Identity;
using Microsoft.Extensions.Logging;

namespace Firstlight.Agent.Identify;

/// <summary>How an identification ended.</summary>
internal enum IdentifyOutcome
{
    /// <summary>Nobody's address, or a port without an instance.</summary>
    Unknown,

    /// <summary>Several ports match.</summary>
    Ambiguous,

    /// <summary>The directory knows the guest.</summary>
    Found,

    /// <summary>The directory cannot be asked; the guest is who it was a while ago.</summary>
    Stale,

    /// <summary>The directory cannot be asked and nothing is remembered.</summary>
    Unavailable,
}

/// <summary>The guest, set when found or stale.</summary>
internal readonly record struct Identified(IdentifyOutcome Outcome, KnownGuest? Guest)
{
    public static Identified Unknown => new(IdentifyOutcome.Unknown, null);
}

/// <summary>Says which port asks. Remembers good answers for bad times; never remembers that somebody is unknown.</summary>
internal sealed class Identifier(IPortDirectory ports, Signature signature, AgentOptions options, TimeProvider time, ILogger<Identifier> logger)
{
    private const int MaxKnown = 100_000;
    private readonly RecentMap<PortQuery, KnownGuest> _known = new(MaxKnown);
    private readonly Throttle _warnings = new(time, TimeSpan.FromMinutes(1));

    /// <summary>Finds the port; completes synchronously when the directory does.</summary>
    /// <param name="query">Null for a peer that no port can have.</param>
    /// <param name="cancellationToken">The guest went away.</param>
    public ValueTask<Identified> IdentifyAsync(PortQuery? query, CancellationToken cancellationToken)
    {
        if (query is not { } asked) return new(Identified.Unknown);
        try
        {
            // Without the guest's token: a slow lookup is left to finish, so that its answer is in the directory's memory when the guest asks again.
            var lookup = ports.FindAsync(asked, CancellationToken.None);
            return lookup.IsCompletedSuccessfully
                ? new(Learn(asked, lookup.Result))
                : PatientAsync(asked, lookup.AsTask(), time.GetTimestamp(), cancellationToken);
        }
        catch (InventoryUnavailableException e)
        {
            return PatientAsync(asked, Task.FromException<PortLookup>(e), time.GetTimestamp(), cancellationToken);
        }
    }

    /// <summary>Finds a guest who was found before, at once: the directory must know it in memory.</summary>
    /// <param name="query">Null for a peer that no port can have.</param>
    /// <param name="guest">The guest.</param>
    /// <returns>False where only <see cref="IdentifyAsync"/> can tell.</returns>
    public bool TryIdentify(PortQuery? query, [MaybeNullWhen(false)] out KnownGuest guest)
    {
        guest = null;
        if (query is not { } asked || !ports.TryFind(asked, out var port)) return false;
        guest = _known.Find(asked);
        if (guest is null || !guest.Port.Equals(port)) return false;
        guest.Confirm(time.GetTimestamp());
        return true;
    }

    /// <summary>Asks the directory's own store, because the upstream knows nothing of what the directory said.</summary>
    /// <returns>Unavailable when the store cannot be asked, or not in time.</returns>
    public async ValueTask<Identified> IdentifyAfreshAsync(PortQuery asked, CancellationToken cancellationToken)
    {
        try
        {
            var lookup = ports.FindAfreshAsync(asked, CancellationToken.None);
            var found = lookup.IsCompletedSuccessfully ? lookup.Result : await lookup.AsTask().WaitAsync(options.RecoveryWait, time, cancellationToken);
            return Learn(asked, found);
        }
        catch (Exception e) when (e is InventoryUnavailableException or TimeoutException)
        {
            if (_warnings.TryPass(out var heldBack)) IdentifyLog.DirectoryUnavailable(logger, e.Message, heldBack);
            return new(IdentifyOutcome.Unavailable, null);
        }
    }

    /// <summary>The last request of each instance, newest first.</summary>
    public IReadOnlyList<InstanceFetch> LastFetches() =>
        [.. _known.Entries
            .Select(static guest => guest.LastFetch())
            .OfType<InstanceFetch>()
            .GroupBy(static fetch => fetch.InstanceId, StringComparer.Ordinal)
            .Select(static fetches => fetches.MaxBy(static fetch => fetch.At)!)
            .OrderByDescending(static fetch => fetch.At)];

    private async ValueTask<Identified> PatientAsync(PortQuery asked, Task<PortLookup> lookup, long began, CancellationToken cancellationToken)
    {
        while (true)
        {
            var left = options.RecoveryWait - time.GetElapsedTime(began);
            try
            {
                // A directory that hangs is as good as one that is down: the guest's own clock runs.
                var found = await lookup.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, time, cancellationToken);
                return Learn(asked, found);
            }
            catch (Exception e) when (e is InventoryUnavailableException or TimeoutException)
            {
                if (_warnings.TryPass(out var heldBack)) IdentifyLog.DirectoryUnavailable(logger, e.Message, heldBack);
            }

            if (Remembered(asked) is { } guest) return new(IdentifyOutcome.Stale, guest);
            if (!await Recovery.PauseAsync(began, options.RecoveryWait, time, cancellationToken)) return new(IdentifyOutcome.Unavailable, null);
            lookup = AskAgainAsync(asked);
        }
    }

    private async Task<PortLookup> AskAgainAsync(PortQuery asked) => await ports.FindAsync(asked, CancellationToken.None);

    private KnownGuest? Remembered(PortQuery asked) =>
        _known.Find(asked) is { } guest && time.GetElapsedTime(guest.LastUsed) < options.StaleIfError ? guest : null;

    private Identified Learn(PortQuery asked, PortLookup lookup)
    {
        if (lookup is not { Outcome: PortOutcome.Found, Port: { } port })
        {
            // The address changed hands or its port went: what was remembered must not come back when the directory fails later.
            _known.Remove(asked);
            return new(lookup.Outcome == PortOutcome.Ambiguous ? IdentifyOutcome.Ambiguous : IdentifyOutcome.Unknown, null);
        }

        var guest = _known.Find(asked);
        if (guest is null || !guest.Port.Equals(port))
        {
            if (!CanBeSent(port))
            {
                IdentifyLog.UnsendableId(logger, port.PortId);
                _known.Remove(asked);
                return Identified.Unknown;
            }

            guest = new KnownGuest(port, signature.Sign(port.InstanceId));
            guest.Confirm(time.GetTimestamp());
            _known.Set(asked, guest);
        }
        else
        {
            guest.Confirm(time.GetTimestamp());
        }

        return new(IdentifyOutcome.Found, guest);
    }

    // A tenant may write what it likes into the device_id of its own port, and the id becomes a header: only visible ASCII goes out.
    private static bool CanBeSent(FoundPort port) => IsVisible(port.InstanceId.Value) && port.InstanceId.Value.Length > 0 && IsVisible(port.ProjectId.Value);

    private static bool IsVisible(string text) => !text.AsSpan().ContainsAnyExceptInRange('!', '~');
}
