using System.Buffers.Binary;
using ChatFiles.Core.Model;
using Microsoft.Data.Sqlite;

namespace ChatFiles.Core.Data.Sqlite;

/// <summary>Whether a database file is whole; one that was copied while in use, or not to its end, is not.</summary>
internal static class DatabaseIntegrity
{
    private const int HeaderLength = 100; // https://sqlite.org/fileformat.html#the_database_header

    /// <param name="thoroughly">Every page is read, of a database that nobody writes to; else only whether the file is as long as it says.</param>
    /// <exception cref="BackupException">It is not whole.</exception>
    public static void Check(DatabaseFile file, bool thoroughly)
    {
        if (!File.Exists(file.Path))
            throw new BackupException($"There is no database at {file.Path}.");
        CheckLength(file.Path);
        if (thoroughly)
            CheckPages(file);
    }

    private static void CheckLength(string path)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        using var content = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (content.Length == 0)
            return; // SQLite's way of saying "new"
        if (content.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false) < HeaderLength || !header.StartsWith("SQLite format 3\0"u8))
            throw new BackupException($"{path} is no SQLite database.");
        long pageSize = BinaryPrimitives.ReadUInt16BigEndian(header[16..]);
        var pages = BinaryPrimitives.ReadUInt32BigEndian(header[28..]);
        // Beside a log the file may lag behind its header: a checkpoint that a crash cut off is finished from the log.
        var hasLog = File.Exists(path + "-wal");
        if (!hasLog && content.Length < (pageSize == 1 ? 65_536 : pageSize) * pages)
            throw new BackupException($"{path} is incomplete: it is shorter than it says. Was it copied while ChatFiles was running? Use the backup command.");
    }

    private static void CheckPages(DatabaseFile file)
    {
        try
        {
            using var connection = new SqliteConnection(file.ReadOnlyConnectionString);
            connection.Open();
            using var check = connection.CreateCommand();
            check.CommandText = "PRAGMA integrity_check";
            if (check.ExecuteScalar() is not "ok")
                throw new BackupException($"{file.Path} is damaged. Was it copied while ChatFiles was running? Use the backup command.");
        }
        catch (SqliteException failure)
        {
            throw new BackupException($"{file.Path} can't be read: {failure.Message}");
        }
    }
}
