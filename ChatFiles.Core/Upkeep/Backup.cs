using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ChatFiles.Core.Data;
using ChatFiles.Core.Data.Sqlite;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.Upkeep;

/// <summary>What a backup holds. Written last: a backup without it is incomplete.</summary>
/// <param name="Blobs">0 where they are elsewhere and have backups of their own.</param>
/// <param name="Sha256">Of database and keys, as the database holds those of the blobs; older backups have none.</param>
/// <param name="Upgrade">Of a copy that was made before an upgrade: the migration that the upgrade leads to.</param>
public sealed record BackupManifest(DateTimeOffset TakenAt, int Blobs, int Messages, string? Sha256 = null, string? Upgrade = null);

/// <summary>
/// Copies everything while the server runs, and brings it back. The promise "no ready file without its blob" decides
/// the order: blobs, then the database at one moment, then the blobs that this moment knows and that came meanwhile. If
/// one of those has been deleted in between, the moment is too old and a newer one is taken.
/// </summary>
/// <param name="blobs">The folder of the local file store; null when the blobs are elsewhere and have backups of their own.</param>
public sealed class Backup(DatabaseFile database, IFileStore? blobs, string keysFolder, TimeProvider time)
{
    private const string ManifestName = "manifest.json";
    private const int MaxManifestBytes = 64 * 1024;
    private const string DatabaseName = DataDirectory.DatabaseName;
    private const string RestoringName = DatabaseName + ".restoring";
    private const string FilesName = "files";
    private const string KeysName = "keys";
    private const int BlockSize = 128 * 1024;
    private const int MaxMoments = 20;

    private static readonly JsonSerializerOptions Strict = new() { RespectRequiredConstructorParameters = true };

    /// <summary>What is said where the database is no file.</summary>
    public static BackupException NotOurs() => new("the database is PostgreSQL's: back it up and restore it with pg_dump and pg_restore");

    /// <summary>Writes a consistent copy into an empty folder.</summary>
    /// <exception cref="BackupException">It can't be made.</exception>
    public async Task<BackupManifest> WriteAsync(string folder, CancellationToken cancellationToken)
    {
        if (!File.Exists(database.Path))
            throw new BackupException("There is no database to back up.");
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            throw new BackupException($"{folder} is not empty; a backup goes into a folder of its own.");
        OwnerOnly.CreateFolder(folder);
        OwnerOnly.Make(new DirectoryInfo(folder));
        var target = blobs is null ? null : new LocalFileStore(Path.Combine(folder, FilesName));
        var copied = new HashSet<string>(StringComparer.Ordinal);
        var copy = Path.Combine(folder, DatabaseName);
        for (var moment = 1; ; moment++)
        {
            if (target is not null)
                await CopyBlobsAsync(database, target, copied, cancellationToken);
            database.CopyTo(copy);
            if (target is null || await CopyBlobsAsync(new DatabaseFile(copy), target, copied, cancellationToken) == 0)
                break;
            if (moment < MaxMoments)
                continue;
            // Not deleted since, so gone behind our back: the copy says so too.
            await MarkUncopiedMissingAsync(new DatabaseFile(copy), copied, cancellationToken);
            break;
        }

        await CopyFolderAsync(keysFolder, Path.Combine(folder, KeysName), cancellationToken);
        var messages = await CountMessagesAsync(new DatabaseFile(copy), cancellationToken);
        OwnerOnly.MakeAll(new DirectoryInfo(folder));
        var manifest = new BackupManifest(time.GetUtcNow(), copied.Count, messages, await SumAsync(folder, cancellationToken));
        await WriteManifestAsync(folder, manifest, cancellationToken);
        return manifest;
    }

    internal static async Task WriteManifestAsync(string folder, BackupManifest manifest, CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(Path.Combine(folder, ManifestName), JsonSerializer.Serialize(manifest), cancellationToken);
        OwnerOnly.Make(new FileInfo(Path.Combine(folder, ManifestName)));
    }

    /// <summary>
    /// Checks that a backup is whole: the database to its last page, every ready file to its last byte. Nothing in the
    /// backup is written or followed.
    /// </summary>
    /// <exception cref="BackupException">It is not.</exception>
    public static async Task<BackupManifest> CheckAsync(string folder, CancellationToken cancellationToken)
    {
        folder = Path.GetFullPath(folder);
        if (!Directory.Exists(folder))
            throw new BackupException($"There is no folder {folder}.");
        var files = PlainFiles.Find(folder);
        var manifest = await ReadManifestAsync(folder, cancellationToken);
        var database = new DatabaseFile(Path.Combine(folder, DatabaseName));
        if (files.Find(file => file.StartsWith(database.Path + "-", StringComparison.Ordinal)) is { } log)
            throw new BackupException($"{log} belongs to a database in use, not to a backup. Was it copied while ChatFiles was running? Use the backup command.");
        DatabaseIntegrity.Check(database, thoroughly: true);
        await CheckOriginAsync(database, cancellationToken);
        if (await CountMessagesAsync(database, cancellationToken) is var messages && messages != manifest.Messages)
            throw new BackupException($"The backup is not whole: it holds {messages} messages and should hold {manifest.Messages}.");
        if (manifest.Sha256 is { } sum && sum != await SumAsync(folder, cancellationToken))
            throw new BackupException("The backup is not whole: its database or its keys are not the ones it was made with.");
        await CheckBlobsAsync(database, folder, files, manifest, cancellationToken);
        return manifest;
    }

    /// <summary>
    /// Checks a backup and makes it the data of this installation, which must have none yet; or takes back the database that
    /// an upgrade has kept there.
    /// </summary>
    /// <exception cref="BackupException">The backup is not whole, or there are data already.</exception>
    public static async Task<BackupManifest> RestoreAsync(string folder, string dataFolder, CancellationToken cancellationToken)
    {
        if (IsInside(dataFolder, folder))
            throw new BackupException($"{dataFolder} lies in the backup itself; restore into a folder of its own.");
        var manifest = await CheckAsync(folder, cancellationToken);
        if (Real(folder) == Real(Path.Combine(dataFolder, DataDirectory.BeforeUpgradeName)))
        {
            await UpgradeCopy.TakeBackAsync(dataFolder, cancellationToken);
            return manifest;
        }

        ClearAwayCutRestore(dataFolder);
        if (Directory.Exists(dataFolder) && Directory.EnumerateFileSystemEntries(dataFolder).Select(Path.GetFileName).Any(HoldsData))
            throw new BackupException($"{dataFolder} holds data already; move them away, so that nothing is overwritten.");
        OwnerOnly.CreateFolder(dataFolder);
        // The database gets its name last: until then a start finds nothing, and not half of it.
        var aside = Path.Combine(dataFolder, RestoringName);
        await CopyFileAsync(Path.Combine(folder, DatabaseName), aside, cancellationToken);
        await CopyFolderAsync(Path.Combine(folder, FilesName), Path.Combine(dataFolder, FilesName), cancellationToken);
        await CopyFolderAsync(Path.Combine(folder, KeysName), Path.Combine(dataFolder, KeysName), cancellationToken);
        File.Move(aside, Path.Combine(dataFolder, DatabaseName));
        return manifest;
    }

    private static bool HoldsData(string? name) => DataDirectory.IsOurs(name!) && name != DataDirectory.LockName;

    /// <summary>What it had copied would not be told from data; the database's copy, which comes first, says that it was one.</summary>
    private static void ClearAwayCutRestore(string dataFolder)
    {
        if (!File.Exists(Path.Combine(dataFolder, RestoringName)) || File.Exists(Path.Combine(dataFolder, DatabaseName)))
            return;
        foreach (var name in new[] { FilesName, KeysName })
        {
            if (Directory.Exists(Path.Combine(dataFolder, name)))
                Directory.Delete(Path.Combine(dataFolder, name), recursive: true);
        }

        File.Delete(Path.Combine(dataFolder, RestoringName));
    }

    private static bool IsInside(string path, string folder) =>
        (Real(path) + Path.DirectorySeparatorChar).StartsWith(Real(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static string Real(string path) =>
        Path.TrimEndingDirectorySeparator(
            Directory.Exists(path) && Directory.ResolveLinkTarget(path, returnFinalTarget: true) is { } target ? target.FullName : Path.GetFullPath(path)
        );

    internal static async Task<BackupManifest> ReadManifestAsync(string folder, CancellationToken cancellationToken)
    {
        var file = new FileInfo(Path.Combine(folder, ManifestName));
        if (!file.Exists)
            throw new BackupException($"{folder} is no complete backup: it has no {ManifestName}.");
        try
        {
            if (
                file.Length <= MaxManifestBytes
                && JsonSerializer.Deserialize<BackupManifest>(await File.ReadAllTextAsync(file.FullName, cancellationToken), Strict)
                    is { Blobs: >= 0, Messages: >= 0 } manifest
            )
                return manifest;
        }
        catch (JsonException)
        {
            // The sentence below says it.
        }

        throw new BackupException($"{file.FullName} can't be read: it is not what the backup command writes.");
    }

    /// <summary>A database of something else would be taken for an empty chat, and one of a later version would be misread.</summary>
    private static async Task CheckOriginAsync(DatabaseFile database, CancellationToken cancellationToken)
    {
        await using var db = OpenReadOnly(database);
        var migrations = (await db.Database.GetAppliedMigrationsAsync(cancellationToken)).ToList();
        if (migrations.Count == 0)
            throw new BackupException($"{database.Path} is no database of ChatFiles.");
        if (migrations.Except(db.Database.GetMigrations(), StringComparer.Ordinal).Any())
            throw new BackupException($"{database.Path} was written by a later version of ChatFiles; restore it with that one.");
    }

    internal static async Task<int> CountMessagesAsync(DatabaseFile database, CancellationToken cancellationToken)
    {
        await using var db = OpenReadOnly(database);
        return await db.Messages.CountAsync(cancellationToken);
    }

    /// <summary>Over database and keys, in the order of their names.</summary>
    internal static async Task<string> SumAsync(string folder, CancellationToken cancellationToken)
    {
        var keys = Path.Combine(folder, KeysName);
        var files = Directory.Exists(keys) ? Directory.GetFiles(keys, "*", SearchOption.AllDirectories) : [];
        Array.Sort(files, StringComparer.Ordinal);
        using var sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files.Prepend(Path.Combine(folder, DatabaseName)))
        {
            await using var content = File.OpenRead(file);
            sum.AppendData(Encoding.UTF8.GetBytes(Path.GetRelativePath(folder, file).Replace('\\', '/') + "\n"));
            sum.AppendData(await SHA256.HashDataAsync(content, cancellationToken));
        }

        return Convert.ToHexStringLower(sum.GetHashAndReset());
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

            _ = (await target.WriteAsync(key, blob.Content, cancellationToken)).Value;
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
        if (await HasPicturesAsync(db, cancellationToken))
            keys.AddRange(await db.OwnPictures.Select(p => p.BlobKey).ToListAsync(cancellationToken));
        return keys;
    }

    /// <summary>Earlier versions had no pictures of people.</summary>
    private static async Task<bool> HasPicturesAsync(ChatDbContext db, CancellationToken cancellationToken) =>
        (await db.Database.GetAppliedMigrationsAsync(cancellationToken)).Any(name => name.EndsWith("_OwnPictures", StringComparison.Ordinal));

    private async Task MarkUncopiedMissingAsync(DatabaseFile copy, HashSet<string> copied, CancellationToken cancellationToken)
    {
        await using var db = Open(copy);
        foreach (var file in await db.Attachments.Where(a => a.State == AttachmentState.Ready).ToListAsync(cancellationToken))
        {
            if (file.ThumbnailKey is { } thumbnail && !copied.Contains(thumbnail))
            {
                file.ThumbnailKey = file.ThumbnailType = file.ThumbnailSha256 = null;
                file.ThumbnailSize = 0;
                file.Picture = PictureState.Wanted;
            }

            if (copied.Contains(file.BlobKey!))
                continue;
            file.State = AttachmentState.Missing;
            await db.LockChatAsync(file.ChatId);
            var chat = await db.Chats.SingleAsync(c => c.Id == file.ChatId, cancellationToken);
            var missing = db.AddEvent(chat, ChatEventType.FileMissing, time.GetUtcNow().UtcDateTime);
            (missing.MessageId, missing.FileId) = (file.MessageId, file.Id);
        }

        if (await HasPicturesAsync(db, cancellationToken))
        {
            foreach (var picture in await db.OwnPictures.ToListAsync(cancellationToken))
            {
                if (copied.Contains(picture.BlobKey))
                    continue;
                db.OwnPictures.Remove(picture);
                (await db.Users.SingleAsync(p => p.Id == picture.UserId, cancellationToken)).PictureStamp = null;
            }
        }

        await db.SaveChangesAsync(cancellationToken);
    }

    private static async Task CheckBlobsAsync(
        DatabaseFile database,
        string folder,
        List<string> files,
        BackupManifest manifest,
        CancellationToken cancellationToken
    )
    {
        var blobs = Path.Combine(folder, FilesName, "blobs") + Path.DirectorySeparatorChar;
        var count = files.Count(file => file.StartsWith(blobs, StringComparison.Ordinal));
        if (count != manifest.Blobs)
            throw new BackupException($"The backup is not whole: it holds {count} blobs and should hold {manifest.Blobs}.");
        if (!Directory.Exists(blobs))
            return;
        await using var db = OpenReadOnly(database);
        // Only these columns: a backup of an earlier version has not all that a file has today.
        var ready = db
            .Attachments.Where(a => a.State == AttachmentState.Ready)
            .Select(a => new { a.Id, a.ChatId, a.BlobKey, a.Size, a.Sha256, a.ThumbnailKey, a.ThumbnailSize, a.ThumbnailSha256 });
        await foreach (var file in ready.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            if (
                !await HoldsAsync(blobs, file.BlobKey, file.Size, file.Sha256, cancellationToken)
                || manifest.Sha256 is not null // older ones may lack some
                    && file.ThumbnailKey is not null
                    && !await HoldsAsync(blobs, file.ThumbnailKey, file.ThumbnailSize, file.ThumbnailSha256, cancellationToken)
            )
                throw new BackupException($"The backup is not whole: the bytes of file {file.Id} in chat {file.ChatId} are gone or wrong.");
        }

        if (!await HasPicturesAsync(db, cancellationToken))
            return;
        await foreach (var picture in db.OwnPictures.AsNoTracking().AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            if (!await HoldsAsync(blobs, picture.BlobKey, picture.Size, picture.Sha256, cancellationToken))
                throw new BackupException($"The backup is not whole: the picture of person {picture.UserId} is gone or wrong.");
        }
    }

    private static async Task<bool> HoldsAsync(string blobs, string? key, long size, string? sha256, CancellationToken cancellationToken)
    {
        // A key that leads out of the folder is none of ours.
        if (key is null || Path.GetFullPath(blobs + key) is var path && !path.StartsWith(blobs, StringComparison.Ordinal) || !File.Exists(path))
            return false;
        await using var blob = new StoredBlob(File.OpenRead(path), Stamp: "");
        return await blob.HasBytesAsync(size, sha256 ?? "", cancellationToken);
    }

    /// <summary>
    /// Never from the pool: a connection kept open to an earlier moment's copy would answer for the later one of the
    /// same name, and write its log into it when it is closed.
    /// </summary>
    private static SqliteContext Open(DatabaseFile file) =>
        SqliteContext.On($"{file.ConnectionString};Pooling=False");

    private static SqliteContext OpenReadOnly(DatabaseFile file) =>
        SqliteContext.On(file.ReadOnlyConnectionString);

    private static async Task CopyFolderAsync(string from, string to, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(from))
            return;
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            await CopyFileAsync(file, target, cancellationToken);
        }
    }

    /// <summary>Durable, and with the modes of a new file; File.Copy would keep those of the old one.</summary>
    internal static async Task CopyFileAsync(string from, string to, CancellationToken cancellationToken)
    {
        await using var source = File.OpenRead(from);
        await using var target = new FileStream(to, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        await source.CopyToAsync(target, BlockSize, cancellationToken);
        target.Flush(flushToDisk: true);
    }
}
