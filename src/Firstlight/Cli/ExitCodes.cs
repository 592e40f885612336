namespace Firstlight.Cli;

/// <summary>How the program ends. Codes from 64 up are those of sysexits.h.</summary>
internal static class ExitCodes
{
    /// <summary>All went well.</summary>
    public const int Ok = 0;

    /// <summary>What was asked breaks a rule, or the metadata API answered something other than 200.</summary>
    public const int Refused = 1;

    /// <summary>The command line was wrong.</summary>
    public const int Usage = 2;

    /// <summary>A dry run of a host's role found something to do.</summary>
    public const int ToDo = 3;

    /// <summary>EX_DATAERR: the store is not ours to use: corrupt, or of a newer program.</summary>
    public const int BrokenStore = 65;

    /// <summary>EX_UNAVAILABLE: store, metadata API or a listening address cannot be had now.</summary>
    public const int Unavailable = 69;

    /// <summary>EX_SOFTWARE: a fault of this program.</summary>
    public const int Fault = 70;

    /// <summary>EX_NOPERM: root is needed.</summary>
    public const int NotPermitted = 77;

    /// <summary>EX_CONFIG: the configuration is wrong; nothing was touched.</summary>
    public const int Config = 78;

    /// <summary>Ended by Ctrl-C before it was done.</summary>
    public const int Interrupted = 130;

    /// <summary>The table for the help of the program.</summary>
    public static IReadOnlyList<(int Code, string Meaning)> Table { get; } =
    [
        (Ok, "done"),
        (Refused, "a rule would break, or the metadata API did not answer 200"),
        (Usage, "wrong command line"),
        (ToDo, "a dry run found something to do"),
        (BrokenStore, "the inventory is corrupt or of a newer program"),
        (Unavailable, "inventory, metadata API or listening address not to be had now"),
        (Fault, "a fault of this program"),
        (NotPermitted, "root is needed"),
        (Config, "wrong configuration; nothing was touched"),
        (Interrupted, "interrupted"),
    ];
}
