using System.Runtime.InteropServices;

namespace Firstlight.Plumbing.Watch;

/// <summary>What a notice of the kernel is about.</summary>
internal enum NoticeKind
{
    /// <summary>A device of the host's own namespace came, went or changed; the subject is its name.</summary>
    Device,

    /// <summary>Something inside a namespace changed, or its name went; the subject is that name.</summary>
    Namespace,

    /// <summary>Rules of the host's own namespace changed; the subject is the name of their table.</summary>
    Table,

    /// <summary>A daemon ended; the subject is the name it is followed by.</summary>
    Daemon,

    /// <summary>Notices were lost: anything may have changed.</summary>
    Lost,
}

/// <summary>Something changed. What it is now must be asked of the kernel.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Notice(NoticeKind Kind, string Subject);
