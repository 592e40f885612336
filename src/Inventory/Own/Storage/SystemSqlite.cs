using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Firstlight.Inventory.Own.Storage;

/// <summary>Binds the SQLite provider to the system's own library, which the distribution keeps patched; no native code is shipped with us.</summary>
internal static class SystemSqlite
{
    private const string Library = "libsqlite3.so.0";

    // STRICT tables came with 3.37.0.
    private const int OldestVersion = 3_037_000;

    private static readonly Lock Gate = new();
    private static bool _bound;

    /// <summary>Makes SQLite usable in this process; every call after the first costs nothing.</summary>
    /// <exception cref="InventoryUnavailableException">The library is missing or too old; the message says what to install.</exception>
    public static void Bind()
    {
        if (Volatile.Read(ref _bound)) return;
        lock (Gate)
        {
            if (_bound) return;
            var library = Load(Library);
            NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
            raw.SetProvider(new SQLite3Provider_e_sqlite3());
            RequireVersion(raw.sqlite3_libversion_number());
            Volatile.Write(ref _bound, true);

            nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) =>
                name == "e_sqlite3" ? library : IntPtr.Zero;
        }
    }

    /// <summary>Loads the library or says how to get it.</summary>
    internal static nint Load(string library) =>
        NativeLibrary.TryLoad(library, out var handle)
            ? handle
            : throw new InventoryUnavailableException($"{library} is missing: apt-get install libsqlite3-0, or run ./setup");

    private static void RequireVersion(int version)
    {
        if (version < OldestVersion)
            throw new InventoryUnavailableException($"{Library} is too old (version number {version}): 3.37.0 or newer is needed, apt-get install libsqlite3-0");
    }
}
