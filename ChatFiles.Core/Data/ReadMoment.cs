using System.Data.Common;

namespace ChatFiles.Core.Data;

internal static class ReadMoment
{
    /// <summary>Until it is disposed, all reads of the context see one moment of the database.</summary>
    public static Task<DbTransaction> HoldMomentAsync(this ChatDbContext db, CancellationToken cancellationToken) =>
        db.Dialect.HoldMomentAsync(db, cancellationToken);
}
