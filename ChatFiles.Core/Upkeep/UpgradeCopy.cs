using System.Data.Common;
using ChatFiles.Core.Data;
using ChatFiles.Core.Data.Sqlite;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Upkeep;

/// <summary>
/// The database as it was before an upgrade changed it: the way back to the version before. It lies in the data folder,
/// beside the files and keys, which an upgrade leaves as they are.
/// </summary>
internal static class UpgradeCopy
{
    /// <summary>What a way back puts aside.</summary>
    internal const string UpgradedName = DataDirectory.DatabaseName + ".upgraded";

    private const string RestoringName = DataDirectory.DatabaseName + ".going-back";

    /// <summary>Makes the copy where the database is about to be changed. One is kept, that of the last upgrade.</summary>
    /// <exception cref="BackupException">It can't be made, or the database is that of a later version.</exception>
    public static async Task KeepAsync(ChatDbContext db, DatabaseFile database, TimeProvider time, CancellationToken cancellationToken)
    {
        // Else it is opened for reading only, which a database with a log may not bear.
        await db.Database.OpenConnectionAsync(cancellationToken);
        var applied = (await db.Database.GetAppliedMigrationsAsync(cancellationToken)).ToList();
        var known = db.Database.GetMigrations().ToList();
        var folder = Path.Combine(Path.GetDirectoryName(database.Path)!, DataDirectory.BeforeUpgradeName);
        if (applied.Except(known, StringComparer.Ordinal).Any())
            throw new BackupException(
                $"{database.Path} was changed by a later version of ChatFiles; start that one, or go back to the database of before with: restore {folder}"
            );
        // A new database has nothing to go back to; an upgrade that was cut off has kept what it began with.
        if (applied.Count == 0 || applied.Contains(known[^1], StringComparer.Ordinal) || await IsOfUpgradeAsync(folder, known[^1], cancellationToken))
            return;
        try
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
            OwnerOnly.CreateFolder(folder);
            var copy = new DatabaseFile(Path.Combine(folder, DataDirectory.DatabaseName));
            database.CopyTo(copy.Path);
            var messages = await Backup.CountMessagesAsync(copy, cancellationToken);
            var sum = await Backup.SumAsync(folder, cancellationToken);
            await Backup.WriteManifestAsync(folder, new BackupManifest(time.GetUtcNow(), Blobs: 0, messages, sum, known[^1]), cancellationToken);
        }
        catch (Exception failure) when (failure is DbException or IOException or UnauthorizedAccessException)
        {
            throw new BackupException($"the database is copied to {folder} before an upgrade changes it, and that failed: {failure.Message}");
        }
    }

    /// <summary>
    /// Makes the copy, which has been checked, the database again, and puts the one that is there aside. Cut off, it can be
    /// done again.
    /// </summary>
    public static async Task TakeBackAsync(string dataFolder, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(dataFolder, DataDirectory.BeforeUpgradeName);
        var (database, restoring) = (Path.Combine(dataFolder, DataDirectory.DatabaseName), Path.Combine(dataFolder, RestoringName));
        File.Delete(restoring);
        await Backup.CopyFileAsync(Path.Combine(folder, DataDirectory.DatabaseName), restoring, cancellationToken);
        // With its log, if a crash has left one.
        foreach (var ending in new[] { "-shm", "-wal", "" })
        {
            if (File.Exists(database + ending))
                File.Move(database + ending, Path.Combine(dataFolder, UpgradedName + ending), overwrite: true);
        }

        File.Move(restoring, database);
        // The next upgrade may be a try of the same one: then it begins with what the database is by then.
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<bool> IsOfUpgradeAsync(string folder, string upgrade, CancellationToken cancellationToken)
    {
        try
        {
            return (await Backup.ReadManifestAsync(folder, cancellationToken)).Upgrade == upgrade;
        }
        catch (BackupException)
        {
            return false;
        }
    }
}
