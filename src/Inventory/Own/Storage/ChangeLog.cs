using System.Diagnostics;
using Firstlight.Inventory.Own.Model;
using Microsoft.Data.Sqlite;

namespace Firstlight.Inventory.Own.Storage;

/// <summary>The store's own account of what each revision touched (table <c>changes</c>). Written with the change, in its transaction.</summary>
internal static class ChangeLog
{
    /// <summary>A change that touches more than this is not listed: whoever must look at so much looks at everything.</summary>
    public const int MostOfOne = 1000;

    /// <summary>How many revisions are kept; who is further behind looks at everything.</summary>
    public const int Revisions = 1000;

    // Reading more than this takes longer than looking at everything of a middling cloud.
    private const int MostRead = 10_000;

    private const string Everything = "everything";
    private const string Guest = "guest";
    private const string GuestsOf = "guests";

    private static readonly Dictionary<ResourceKind, string> Words = Enum.GetValues<ResourceKind>().ToDictionary(kind => kind, Subjects.Word);
    private static readonly Dictionary<string, ResourceKind> Kinds = Words.ToDictionary(word => word.Value, word => word.Key, StringComparer.Ordinal);

    /// <summary>Lists what the store's present revision touched, and cuts off the oldest.</summary>
    public static void Write(SqliteConnection connection, Touched touched)
    {
        var revision = CloudReader.Revision(connection);
        using (var command = Statement.Create(connection, "INSERT INTO changes (revision, kind, id) VALUES ($0, $1, $2)", [revision, "", ""]))
        {
            foreach (var (kind, id) in Rows(touched))
            {
                command.Parameters[1].Value = kind;
                command.Parameters[2].Value = id;
                command.ExecuteNonQuery();
            }
        }
        Statement.Run(connection, "DELETE FROM changes WHERE revision <= $0", revision - Revisions);
    }

    /// <summary>What the revisions after one touched, up to the store's present one as this transaction sees it.</summary>
    /// <returns>Null when that is not known, or is more than is worth telling: everything may have been touched.</returns>
    public static Touched? Since(SqliteConnection connection, long revision)
    {
        var (touched, last, rows) = (new Touched(), revision, 0);
        using var command = Statement.Create(connection, "SELECT revision, kind, id FROM changes WHERE revision > $0 ORDER BY revision LIMIT $1", [revision, MostRead + 1]);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var of = reader.GetInt64(0);
            // Each revision has a row: one without was cut off, or made by a program that keeps no account.
            if (of > last + 1 || ++rows > MostRead || !TryAdd(touched, reader.GetString(1), reader.GetString(2))) return null;
            last = of;
        }
        return last == CloudReader.Revision(connection) ? touched : null;
    }

    private static IEnumerable<(string Kind, string Id)> Rows(Touched touched)
    {
        if (touched.Count == 0) throw new UnreachableException("a revision that touches nothing");
        if (touched.Count > MostOfOne) return [(Everything, "")];
        return Words.SelectMany(word => touched.Of(word.Key).Select(id => (word.Value, id)))
            .Concat(touched.Guests.Select(id => (Guest, id)))
            .Concat(touched.GuestsOf.Select(id => (GuestsOf, id)));
    }

    // False for a word of a later release.
    private static bool TryAdd(Touched touched, string kind, string id)
    {
        var ids = kind switch
        {
            Guest => touched.Guests,
            GuestsOf => touched.GuestsOf,
            _ => Kinds.TryGetValue(kind, out var thing) ? touched.Of(thing) : null,
        };
        ids?.Add(id);
        return ids is not null;
    }
}
