using System.Text.Json;
using ChatFiles.Core.Chats;
using ChatFiles.Core.Data;
using ChatFiles.Core.Files;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Upkeep;

/// <summary>A backup that can't be made, or must not be restored; the message is for the operator.</summary>
public class BackupException(string message) : Exception(message);

/// <summary>What a backup holds. Written last: a backup without it is incomplete.</summary>
public sealed record BackupManifest(DateTimeOffset TakenAt, int Blobs, int Messages);

/// <summary>
/// Copies everything while the server runs, and brings it back. The promise "no ready file without its blob" decides
/// the order: blobs, then the database at one moment, then the blobs that this moment knows and that came meanwhile. If
/// one of those has been deleted in between, the moment is too old and a newer one is taken.
/// </summary>
/// <param name="blobs">The folder of the local file store; null when the blobs are elsewhere and have backups of their own.</param>
public sealed class Backup(DatabaseFile database, IFileStore? blobs, string keysFolder, TimeProvider time)
{
    private const string ManifestName = "manifest.json";
    private const string DatabaseName = "chatfiles.db";
    private const int MaxMoments = 20;

    /// <summary>Writes a consistent copy into an empty folder.</summary>
    /// <exception cref="BackupException">It can't be made.</exception>
    public async Task<BackupManifest> WriteAsync(string folder, CancellationToken cancellationToken)
    {
        if (!File.Exists(database.Path))
            throw new BackupException("There is no database to back up.");
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            throw new BackupException($"{folder} is not empty; a backup goes into a folder of its own.");
        Directory.CreateDirectory(folder);
        var target = blobs is null ? null : new LocalFileStore(Path.Combine(folder, "files"));
        var copied = new HashSet<string>(StringComparer.Ordinal);
        var copy = Path.Combine(folder, DatabaseName);
        for (var moment = 1; ; moment++)
        {
            if (target is not null)
                await CopyBlobsAsync(database, target, copied, cancellationToken);
            CopyDatabase(copy);
            if (target is null || await CopyBlobsAsync(new DatabaseFile(copy), target, copied, cancellationToken) == 0)
                break;
            if (moment < MaxMoments)
                continue;
            // Not deleted since, so gone behind our back: the copy says so too.
            await MarkUncopiedMissingAsync(new DatabaseFile(copy), copied, cancellationToken);
            break;
        }

        CopyFolder(keysFolder, Path.Combine(folder, "keys"));
        await using var db = Open(new DatabaseFile(copy));
        var manifest = new BackupManifest(time.GetUtcNow(), copied.Count, await db.Messages.CountAsync(cancellationToken));
        await File.WriteAllTextAsync(Path.Combine(folder, ManifestName), JsonSerializer.Serialize(manifest), cancellationToken);
        return manifest;
    }

    /// <summary>Checks that a backup is whole: the database to its last page, every ready file to its last byte.</summary>
    /// <exception cref="BackupException">It is not.</exception>
    public static async Task<BackupManifest> CheckAsync(string folder, CancellationToken cancellationToken)
    {
        var manifestPath = Path.Combine(folder, ManifestName);
        if (!File.Exists(manifestPath))
            throw new BackupException($"{folder} is no complete backup: it has no {ManifestName}.");
        var manifest =
            JsonSerializer.Deserialize<BackupManifest>(await File.ReadAllTextAsync(manifestPath, cancellationToken))
            ?? throw new BackupException($"{manifestPath} can't be read.");
        var copy = new DatabaseFile(Path.Combine(folder, DatabaseName));
        DatabaseIntegrity.Check(copy, thoroughly: true);
        if (Directory.Exists(Path.Combine(folder, "files")))
            await CheckBlobsAsync(copy, new LocalFileStore(Path.Combine(folder, "files")), cancellationToken);
        return manifest;
    }

    /// <summary>Checks a backup and makes it the data of this installation, which must have none yet.</summary>
    /// <exception cref="BackupException">The backup is not whole, or there are data already.</exception>
    public static async Task<BackupManifest> RestoreAsync(string folder, string dataFolder, CancellationToken cancellationToken)
    {
        var manifest = await CheckAsync(folder, cancellationToken);
        if (File.Exists(Path.Combine(dataFolder, DatabaseName)))
            throw new BackupException($"{dataFolder} holds data already; move them away, so that nothing is overwritten.");
        CopyFolder(Path.Combine(folder, "files"), Path.Combine(dataFolder, "files"));
        CopyFolder(Path.Combine(folder, "keys"), Path.Combine(dataFolder, "keys"));
        // The database comes last: until then a start finds nothing, and not half of it.
        var aside = Path.Combine(dataFolder, DatabaseName + ".restoring");
        File.Copy(Path.Combine(folder, DatabaseName), aside, overwrite: true);
        File.Move(aside, Path.Combine(dataFolder, DatabaseName));
        return manifest;
    }

    private void CopyDatabase(string copy)
    {
        File.Delete(copy);
        using var from = new SqliteConnection($"{database.ConnectionString};Mode=ReadOnly;Pooling=False");
        using var to = new SqliteConnection($"Data Source={copy};Pooling=False");
        from.Open();
        to.Open();
        from.BackupDatabase(to);
    }

    /// <summary>Copies what a database knows and what is not copied yet; returns how many blobs were not there.</summary>
    private async Task<int> CopyBlobsAsync(
        DatabaseFile file,
        LocalFileStore target,
        HashSet<string> copied,
        CancellationToken cancellationToken
    )
    {
        var vanished = 0;
        foreach (var key in await ReadyKeysAsync(file, cancellationToken))
        {
            if (copied.Contains(key))
                continue;
            await using var blob = await blobs!.OpenAsync(key, cancellationToken);
            if (blob is null)
            {
                vanished++;
                continue;
            }

            await target.WriteAsync(key, blob.Content, cancellationToken);
            copied.Add(key);
        }

        return vanished;
    }

    private static async Task<List<string>> ReadyKeysAsync(DatabaseFile file, CancellationToken cancellationToken)
    {
        await using var db = Open(file);
        var ready = db.Attachments.Where(a => a.State == AttachmentState.Ready);
        var keys = await ready.Select(a => a.BlobKey!).ToListAsync(cancellationToken);
        keys.AddRange(await ready.Where(a => a.ThumbnailKey != null).Select(a => a.ThumbnailKey!).ToListAsync(cancellationToken));
        return keys;
    }

    private async Task MarkUncopiedMissingAsync(DatabaseFile copy, HashSet<string> copied, CancellationToken cancellationToken)
    {
        await using var db = Open(copy);
        foreach (var file in await db.Attachments.Where(a => a.State == AttachmentState.Ready).ToListAsync(cancellationToken))
        {
            if (copied.Contains(file.BlobKey!))
                continue;
            file.State = AttachmentState.Missing;
            var chat = await db.Chats.SingleAsync(c => c.Id == file.ChatId, cancellationToken);
            var missing = db.AddEvent(chat, ChatEventType.FileMissing, time.GetUtcNow().UtcDateTime);
            (missing.MessageId, missing.FileId) = (file.MessageId, file.Id);
        }

        await db.SaveChangesAsync(cancellationToken);
    }

    private static async Task CheckBlobsAsync(DatabaseFile copy, LocalFileStore store, CancellationToken cancellationToken)
    {
        await using var db = Open(copy);
        await foreach (
            var file in db.Attachments.Where(a => a.State == AttachmentState.Ready).AsNoTracking().AsAsyncEnumerable().WithCancellation(cancellationToken)
        )
        {
            await using var blob = await store.OpenAsync(file.BlobKey!, cancellationToken);
            if (blob is null || !await blob.HasBytesAsync(file.Size, file.Sha256, cancellationToken))
                throw new BackupException($"The backup is not whole: the bytes of file {file.Id} in chat {file.ChatId} are gone or wrong.");
        }
    }

    /// <summary>
    /// Never from the pool: a connection kept open to an earlier moment's copy would answer for the later one of the
    /// same name, and write its log into it when it is closed.
    /// </summary>
    private static ChatDbContext Open(DatabaseFile file) =>
        new(new DbContextOptionsBuilder<ChatDbContext>().UseSqlite($"{file.ConnectionString};Pooling=False").Options);

    private static void CopyFolder(string from, string to)
    {
        if (!Directory.Exists(from))
            return;
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }
    }
}
