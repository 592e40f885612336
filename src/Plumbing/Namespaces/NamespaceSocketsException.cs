using System.Runtime.InteropServices;
using Firstlight.Plumbing.Interop;

namespace Firstlight.Plumbing.Namespaces;

/// <summary>Why a socket could not be opened in a namespace.</summary>
public enum NamespaceSocketFailure
{
    /// <summary>No file of that name: the namespace was deleted or not made yet.</summary>
    NamespaceMissing,

    /// <summary>The file is there and is no network namespace: <c>ip netns add</c> has not mounted it yet, or it was left behind. Worth trying again.</summary>
    NamespaceBroken,

    /// <summary>The address or its device is not there yet, or still tentative. Worth trying again.</summary>
    AddressNotAvailable,

    /// <summary>Another program listens on that address and port in that namespace.</summary>
    AddressInUse,

    /// <summary>CAP_SYS_ADMIN (setns) or CAP_NET_BIND_SERVICE (port below 1024) is missing.</summary>
    NotPermitted,

    /// <summary>Anything else, such as no file descriptors left.</summary>
    Other,
}

/// <summary>A socket that could not be opened in a namespace; the message names the call, the namespace and the errno.</summary>
public sealed class NamespaceSocketException : IOException
{
    internal NamespaceSocketException(string call, string namespacePath, int errno, string subject)
        : base($"{call} failed in namespace {namespacePath} for {subject}: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})")
    {
        Call = call;
        NamespacePath = namespacePath;
        Errno = errno;
        Failure = Classify(call, errno);
    }

    /// <summary>The system call that failed, such as <c>bind</c>.</summary>
    public string Call { get; }

    /// <summary>The file of the namespace.</summary>
    public string NamespacePath { get; }

    /// <summary>The errno of the call.</summary>
    public int Errno { get; }

    /// <summary>What it means.</summary>
    public NamespaceSocketFailure Failure { get; }

    private static NamespaceSocketFailure Classify(string call, int errno) => (call, errno) switch
    {
        ("open" or "statx", SocketCalls.ENOENT) => NamespaceSocketFailure.NamespaceMissing,
        ("setns", SocketCalls.EINVAL) => NamespaceSocketFailure.NamespaceBroken,
        (_, SocketCalls.EADDRNOTAVAIL or SocketCalls.ENODEV) => NamespaceSocketFailure.AddressNotAvailable,
        (_, SocketCalls.EADDRINUSE) => NamespaceSocketFailure.AddressInUse,
        (_, SocketCalls.EACCES or SocketCalls.EPERM) => NamespaceSocketFailure.NotPermitted,
        _ => NamespaceSocketFailure.Other,
    };
}
