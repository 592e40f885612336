using System.Runtime.InteropServices;

namespace Firstlight.Inventory.MariaDb.Native;

/// <summary>Loads and initialises the client library once in the process.</summary>
internal static class ClientLibrary
{
    private static readonly Lock Gate = new();
    private static bool _initialised;

    /// <summary>Makes the library usable; every call after the first costs nothing. A failure is not kept: the package may be installed meanwhile.</summary>
    /// <exception cref="MariaDbException">It is missing or of another series; the message says what to install.</exception>
    public static void Require()
    {
        if (Volatile.Read(ref _initialised)) return;
        lock (Gate)
        {
            if (_initialised) return;
            Load(Mysql.Library);
            // Not safe to race with itself, and mysql_init would call it unprotected.
            if (Mysql.mysql_server_init(0, 0, 0) != 0) throw new MariaDbException(MariaDbFailure.LibraryMissing, $"{Mysql.Library} does not initialise");
            RequireSeries(Mysql.mysql_get_client_version());
            Volatile.Write(ref _initialised, true);
        }
    }

    /// <summary>Loads the library or says how to get it.</summary>
    internal static nint Load(string library) =>
        NativeLibrary.TryLoad(library, out var handle)
            ? handle
            : throw new MariaDbException(MariaDbFailure.LibraryMissing, $"{library} is missing: apt-get install libmariadb3, or run ./setup");

    /// <summary>The layouts in <c>Structs.cs</c> are those of Connector/C 3, which reports either 3xxyy or the version of the server it was built with.</summary>
    private static void RequireSeries(nuint version)
    {
        if (version is >= 3_00_00 and < 4_00_00 or >= 10_00_00) return;
        throw new MariaDbException(
            MariaDbFailure.LibraryMissing, $"{Mysql.Library} reports version {version}, which is not Connector/C 3: apt-get install libmariadb3");
    }
}
