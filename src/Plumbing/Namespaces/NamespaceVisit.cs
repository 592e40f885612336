using System.Runtime.InteropServices;
using System.Text;
using Firstlight.Plumbing.Interop;
using Microsoft.Win32.SafeHandles;

namespace Firstlight.Plumbing.Namespaces;

/// <summary>What is opened inside a namespace in one go, each thing known by its number. Closes what nobody took.</summary>
internal sealed class NamespaceVisit : IDisposable
{
    private readonly List<Opening> _openings = [];
    private readonly List<string> _subjects = [];

    // Paths one behind the other, each with a zero at its end.
    private readonly List<byte> _text = [];
    private int[] _descriptors = [];
    private string _place = "";

    /// <summary>Opens a socket.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="subject">What it is for, as a message would say it.</param>
    public int Socket(SocketKind kind, string subject)
    {
        _openings.Add(new Opening { Place = kind.Family, Flags = kind.Type | SocketCalls.SOCK_CLOEXEC, Protocol = kind.Protocol, Path = Opening.NoPath });
        _subjects.Add(subject);
        return _openings.Count - 1;
    }

    /// <summary>Opens a directory below one that is open.</summary>
    /// <param name="directory">Stays open at least until this is disposed.</param>
    /// <param name="path">Path below it.</param>
    public int Directory(SafeFileHandle directory, string path) => Open((int)directory.DangerousGetHandle(), Sched.O_DIRECTORY, path);

    /// <summary>Opens a file below a directory that is open, to read and write it.</summary>
    /// <param name="directory">Stays open at least until this is disposed.</param>
    /// <param name="path">Path below it.</param>
    public int File(SafeFileHandle directory, string path) => Open((int)directory.DangerousGetHandle(), Sched.O_RDWR, path);

    /// <summary>Opens a file below a directory that this visit opens before. Where that is not there, neither is the file.</summary>
    public int File(int directory, string path) => Open(Opening.Earlier(directory), Sched.O_RDWR, path);

    /// <summary>Descriptor of what was opened, open as long as this is not disposed; null where there is no such thing.</summary>
    /// <exception cref="NamespaceSocketException">It cannot be opened.</exception>
    public int? Descriptor(int number)
    {
        var descriptor = _descriptors[number];
        if (descriptor >= 0) return descriptor;
        return descriptor == -SocketCalls.ENOENT ? null : throw new NamespaceSocketException(IsSocket(number) ? "socket" : "open", _place, -descriptor, _subjects[number]);
    }

    /// <summary>The same, the caller's from here on.</summary>
    /// <exception cref="NamespaceSocketException">It cannot be opened.</exception>
    public SafeFileHandle? Take(int number)
    {
        if (Descriptor(number) is not { } descriptor) return null;
        _descriptors[number] = -SocketCalls.ENOENT;
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>A socket that was opened, the caller's from here on.</summary>
    /// <exception cref="NamespaceSocketException">It cannot be opened.</exception>
    public int TakeSocket(int number)
    {
        var descriptor = Descriptor(number) ?? throw new NamespaceSocketException("socket", _place, SocketCalls.ENOENT, _subjects[number]);
        _descriptors[number] = -SocketCalls.ENOENT;
        return descriptor;
    }

    /// <summary>Has it all opened by who stands inside.</summary>
    /// <param name="pass">Opens; what it is given stands still until it returns.</param>
    /// <param name="place">Path of the namespace, for errors.</param>
    public unsafe void Make(Action<Openings> pass, string place)
    {
        _place = place;
        _descriptors = new int[_openings.Count];
        Array.Fill(_descriptors, -SocketCalls.ENOENT);
        fixed (byte* text = CollectionsMarshal.AsSpan(_text))
        fixed (Opening* parts = CollectionsMarshal.AsSpan(_openings))
        fixed (int* descriptors = _descriptors)
        {
            pass(new Openings((nint)parts, (nint)text, (nint)descriptors, _descriptors.Length));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var descriptor in _descriptors)
        {
            if (descriptor >= 0) SmallFile.Close(descriptor);
        }

        _descriptors = [];
    }

    private bool IsSocket(int number) => _openings[number].Path == Opening.NoPath;

    private int Open(int place, int flags, string path)
    {
        _openings.Add(new Opening { Place = place, Flags = flags | Sched.O_CLOEXEC, Path = _text.Count });
        _subjects.Add(path);
        _text.AddRange(Encoding.UTF8.GetBytes(path));
        _text.Add(0);
        return _openings.Count - 1;
    }
}

/// <summary>One thing that is opened inside a namespace. Fields, for in there nothing is called.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Opening
{
    /// <summary>Stands for a path where a socket is made.</summary>
    public const int NoPath = -1;

    /// <summary>Stands for the first opening of the visit as a directory; the next ones are below it. No descriptor and no constant of openat(2) is as low.</summary>
    public const int FirstEarlier = -1000;

    /// <summary>Descriptor of the directory, or which of the openings before; of a socket its family.</summary>
    public int Place;

    /// <summary>Flags of open(2), or type of a socket.</summary>
    public int Flags;

    /// <summary>Protocol of a socket.</summary>
    public int Protocol;

    /// <summary>Where in the text its path begins, or <see cref="NoPath"/>.</summary>
    public int Path;

    /// <summary>The place that an opening before makes.</summary>
    public static int Earlier(int number) => FirstEarlier - number;
}

/// <summary>Openings in memory that stands still.</summary>
/// <param name="Parts">Array of <see cref="Opening"/>.</param>
/// <param name="Text">Their paths, a zero behind each.</param>
/// <param name="Descriptors">Array of as many numbers, which are written: a descriptor each, or the number of its error with a minus.</param>
/// <param name="Count">How many.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Openings(nint Parts, nint Text, nint Descriptors, int Count);
