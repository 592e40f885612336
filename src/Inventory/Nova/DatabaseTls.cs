namespace Firstlight.Inventory.Nova;

/// <summary>How much TLS is demanded of a database connection, weakest first.</summary>
public enum TlsDemand
{
    /// <summary>Never.</summary>
    Disabled,

    /// <summary>If the server has it; nothing is verified.</summary>
    Preferred,

    /// <summary>Always; nothing is verified.</summary>
    Required,

    /// <summary>Always, with a certificate of a trusted authority.</summary>
    VerifyCa,

    /// <summary>Always, with a certificate of a trusted authority for the host's name.</summary>
    VerifyFull,
}

/// <summary>TLS of a database connection.</summary>
/// <param name="Demand">How much of it.</param>
/// <param name="CaFile">PEM file of trusted authorities, null for the system's.</param>
/// <param name="CertificateFile">PEM file of the client's certificate, null for none.</param>
/// <param name="KeyFile">PEM file of its key, null for none.</param>
public sealed record DatabaseTls(TlsDemand Demand, string? CaFile = null, string? CertificateFile = null, string? KeyFile = null)
{
    internal static DatabaseTls Off { get; } = new(TlsDemand.Disabled);

    internal static DatabaseTls Of(DatabaseKind kind, IReadOnlyDictionary<string, string> query, string option) =>
        kind == DatabaseKind.MySql ? OfMySql(query, option) : OfPostgreSql(query, option);

    // PyMySQL's rules: TLS only when an ssl option asks for it; with an authority the host's name is checked too unless told otherwise.
    private static DatabaseTls OfMySql(IReadOnlyDictionary<string, string> query, string option)
    {
        var ca = query.GetValueOrDefault("ssl_ca");
        var certificate = query.GetValueOrDefault("ssl_cert");
        var key = query.GetValueOrDefault("ssl_key");
        var demand = query.GetValueOrDefault("ssl_mode")?.ToUpperInvariant() switch
        {
            null => Implied(query, ca, certificate, key),
            "DISABLED" => TlsDemand.Disabled,
            "PREFERRED" => TlsDemand.Preferred,
            "REQUIRED" => TlsDemand.Required,
            "VERIFY_CA" => TlsDemand.VerifyCa,
            "VERIFY_IDENTITY" => TlsDemand.VerifyFull,
            var other => throw new FormatException(
                $"{option}: ssl_mode '{other}' is none of DISABLED, PREFERRED, REQUIRED, VERIFY_CA, VERIFY_IDENTITY"),
        };
        return new DatabaseTls(demand, ca, certificate, key);
    }

    private static TlsDemand Implied(IReadOnlyDictionary<string, string> query, string? ca, string? certificate, string? key)
    {
        if (IsTrue(query, "ssl_disabled")) return TlsDemand.Disabled;
        var namesMayDiffer = query.ContainsKey("ssl_check_hostname") && !IsTrue(query, "ssl_check_hostname");
        if (ca is not null) return namesMayDiffer ? TlsDemand.VerifyCa : TlsDemand.VerifyFull;
        if (IsTrue(query, "ssl_verify_identity")) return TlsDemand.VerifyFull;
        if (IsTrue(query, "ssl_verify_cert")) return TlsDemand.VerifyCa;
        return certificate is not null || key is not null || IsTrue(query, "ssl") ? TlsDemand.Required : TlsDemand.Disabled;
    }

    // libpq's option and default.
    private static DatabaseTls OfPostgreSql(IReadOnlyDictionary<string, string> query, string option)
    {
        var demand = query.GetValueOrDefault("sslmode") switch
        {
            "disable" => TlsDemand.Disabled,
            null or "allow" or "prefer" => TlsDemand.Preferred,
            "require" => TlsDemand.Required,
            "verify-ca" => TlsDemand.VerifyCa,
            "verify-full" => TlsDemand.VerifyFull,
            var other => throw new FormatException($"{option}: sslmode '{other}' is none of disable, allow, prefer, require, verify-ca, verify-full"),
        };
        return new DatabaseTls(
            demand, query.GetValueOrDefault("sslrootcert"), query.GetValueOrDefault("sslcert"), query.GetValueOrDefault("sslkey"));
    }

    private static bool IsTrue(IReadOnlyDictionary<string, string> query, string name) =>
        query.GetValueOrDefault(name)?.ToUpperInvariant() is "1" or "TRUE" or "YES" or "ON";
}
