using Npgsql;

namespace ChatFiles.Core.Data.PostgreSql;

/// <summary>Tells what PostgreSQL's failures mean.</summary>
internal static class PostgreSqlTrouble
{
    /// <summary>
    /// Classes of https://www.postgresql.org/docs/current/errcodes-appendix.html: no connection, an idle transaction that
    /// was ended, a conflict, no resources, a lock, an operator, the system, an error of the server's own.
    /// </summary>
    private static readonly string[] Passing = ["08", "25P0", "40", "53", "55", "57", "58", "XX"];

    /// <summary>Null when the exception is something else.</summary>
    public static DatabaseTrouble? Of(Exception failure)
    {
        // Wrapped by EF in one way or another.
        for (var inner = failure; inner is not null; inner = inner.InnerException)
        {
            switch (inner)
            {
                case PostgresException { SqlState: PostgresErrorCodes.DiskFull }:
                    return DatabaseTrouble.Full;
                case PostgresException said:
                    return Array.Exists(Passing, said.SqlState.StartsWith) ? DatabaseTrouble.Away : null;
                case NpgsqlException or TimeoutException:
                    return DatabaseTrouble.Away;
            }
        }

        return null;
    }

    /// <summary>What the server has said; null where it was not the server.</summary>
    public static PostgresException? Find(Exception? failure)
    {
        while (failure is not (null or PostgresException))
            failure = failure.InnerException;
        return failure as PostgresException;
    }

    /// <summary>Two changes have waited for each other, and this one was given up: it may be made again.</summary>
    public static bool IsConflict(Exception? failure) =>
        Find(failure) is { SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure };
}
