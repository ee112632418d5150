using System.Data;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace ChatFiles.Core.Data.Sqlite;

/// <summary>Where the SQLite database is and how it is opened.</summary>
public sealed class DatabaseFile(string path)
{
    /// <summary><see href="https://sqlite.org/c3ref/c_dbconfig_defensive.html#sqlitedbconfigenableqpsg"/>.</summary>
    private const int EnableQpsg = 1007;

    private static readonly ConditionalWeakTable<sqlite3, object> AreSetUp = [];

    public string Path { get; } = path;

    /// <summary>For Microsoft.Data.Sqlite; a command waits 3 s for a lock at the most.</summary>
    public string ConnectionString { get; } =
        new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 3 }.ToString();

    internal SqliteConnection CreateConnection() =>
        new(new SqliteConnectionStringBuilder(ConnectionString) { Pooling = false }.ToString());

    /// <summary>
    /// For a database that nobody writes to, such as a backup's: it is read as it lies there, and nothing is made beside
    /// it (<see href="https://sqlite.org/uri.html#uriimmutable"/>).
    /// </summary>
    internal string ReadOnlyConnectionString =>
        new SqliteConnectionStringBuilder
        {
            DataSource = $"file:{string.Join('/', Path.Split('/').Select(Uri.EscapeDataString))}?immutable=1",
            Mode = SqliteOpenMode.ReadOnly,
            Pooling = false,
        }.ToString();

    /// <summary>As it is at one moment, into one file.</summary>
    internal void CopyTo(string copy)
    {
        File.Delete(copy);
        using var from = new SqliteConnection($"{ConnectionString};Mode=ReadOnly;Pooling=False");
        using var to = new SqliteConnection($"Data Source={copy};Pooling=False");
        from.Open();
        to.Open();
        from.BackupDatabase(to);
    }

    internal static void Open(SqliteConnection connection)
    {
        if (connection.State == ConnectionState.Open)
            return;
        connection.Open();
        SetUp(connection);
    }

    /// <summary>
    /// Commits are durable when they return, readers never wait for the writer, and the log is cut back after a burst.
    /// Checkpoints run in the connection that commits, so they happen under the writer's gate. What is deleted is
    /// overwritten, not only let go.
    /// </summary>
    /// <remarks>
    /// The settings are the physical connection's, which comes back from the pool as it was left: five statements at every
    /// opening were a tenth of what an upload costs. What is bound to a statement has no say in its plan: with a say, each
    /// new <c>LIMIT @limit</c> has it prepared anew, which was two fifths of what a page of 50 messages cost.
    /// </remarks>
    internal static void SetUp(SqliteConnection connection)
    {
        if (!AreSetUp.TryAdd(connection.Handle!, AreSetUp))
            return;
        using var pragmas = connection.CreateCommand();
        pragmas.CommandText =
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -16000; PRAGMA secure_delete = ON;";
        pragmas.ExecuteNonQuery();
        if (raw.sqlite3_db_config(connection.Handle!, EnableQpsg, 1, out var isStable) != raw.SQLITE_OK || isStable != 1)
            throw new InvalidOperationException("This SQLite knows no stable plans.");
    }
}
