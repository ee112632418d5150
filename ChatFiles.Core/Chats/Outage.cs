using ChatFiles.Core.Data;
using ChatFiles.Core.Data.PostgreSql;
using ChatFiles.Core.Data.Sqlite;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;

namespace ChatFiles.Core.Chats;

/// <summary>Tells outages of storage, which pass and lose nothing, from failures of the program.</summary>
public static class Outage
{
    private static readonly Refusal Full = new(RefusalReason.StorageFull, "The disk is full; nothing was kept. Try again once there is room.");

    /// <summary>That something does not answer now.</summary>
    public static readonly Refusal Unavailable = new(
        RefusalReason.StorageUnavailable,
        "Storage is temporarily unavailable; nothing is lost. Try again in a moment."
    );

    /// <summary>What to tell people of an outage; null when the exception is something else.</summary>
    public static Refusal? Explain(Exception exception) =>
        exception switch
        {
            StoreFullException => Full,
            StoreUnavailableException or TimeoutException => Unavailable,
            _ => (SqliteTrouble.Of(exception) ?? PostgreSqlTrouble.Of(exception)) switch
            {
                DatabaseTrouble.Full => Full,
                DatabaseTrouble.Away => Unavailable,
                _ => null,
            },
        };
}
