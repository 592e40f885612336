using System.Runtime.InteropServices;

namespace Firstlight.Plumbing.Reconcile;

/// <summary>How far a turn is.</summary>
/// <param name="Done">Networks and routers looked at.</param>
/// <param name="Total">All of them.</param>
/// <param name="Failed">Those that failed.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct SyncProgress(int Done, int Total, int Failed);
