using ChatFiles.Core.Model;

namespace ChatFiles.Core.Data;

/// <summary>Notes what is done in the transaction that does it: neither is there without the other.</summary>
internal static class AuditTrail
{
    private const string NoteSql = """
        INSERT INTO "AuditEntries"("At", "Action", "ActorId", "Address", "Subject", "SubjectId", "Detail")
        VALUES (@at, @action, @actor, @address, @subject, NULL, @detail)
        """;

    /// <summary>To be saved with the change itself.</summary>
    public static void Note(
        this ChatDbContext db,
        AuditAction action,
        string? actorId,
        DateTime at,
        string subject = "",
        string? subjectId = null,
        string detail = ""
    ) =>
        db.AuditEntries.Add(
            new AuditEntry
            {
                At = at,
                Action = action,
                ActorId = actorId,
                Address = db.CallerAddress,
                Subject = subject,
                SubjectId = subjectId,
                Detail = detail,
            }
        );

    /// <summary>The same by a prepared statement, for what happens with every upload.</summary>
    public static void Note(this WriteScope scope, AuditAction action, string actorId, DateTime at, string subject, string detail)
    {
        var entry = new AuditEntry
        {
            At = at,
            Action = action,
            ActorId = actorId,
            Address = scope.CallerAddress,
            Subject = subject,
            Detail = detail,
        };
        scope
            .Statement(
                NoteSql,
                ("@at", Times.ToMilliseconds(at)),
                ("@action", (int)action),
                ("@actor", actorId),
                ("@address", entry.Address),
                ("@subject", subject),
                ("@detail", detail)
            )
            .ExecuteNonQuery();
        scope.Add(entry);
    }
}
