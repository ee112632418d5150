using ChatFiles.Core.Data;
using ChatFiles.Core.Data.PostgreSql;
using ChatFiles.Core.Data.Sqlite;
using ChatFiles.Core.Files;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ChatFiles.Core.Upkeep;

/// <summary>
/// What one machine has gathered becomes the beginning of many: the rows of SQLite's file in PostgreSQL and, where asked, the
/// blobs of the local folder in Azure. The source is left as it is, and all of it can be run again after a cut.
/// </summary>
public sealed class MoveToPostgreSql
{
    /// <summary>The other store is asked for so many blobs at once.</summary>
    private const int BlobsAtOnce = 8;

    /// <summary>Processes of ChatFiles that are connected.</summary>
    private static readonly FormattableString OthersThere =
        $"SELECT count(*)::int AS \"Value\" FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'ChatFiles' AND pid <> pg_backend_pid()";

    private readonly DataDirectory _data;
    private readonly IOptions<SearchOptions> _search;
    private readonly PostgreSqlConnection _connections;
    private readonly TimeProvider _time;

    internal MoveToPostgreSql(DataDirectory data, IOptions<SearchOptions> search, PostgreSqlConnection connections, TimeProvider time) =>
        (_data, _search, _connections, _time) = (data, search, connections, time);

    /// <summary>
    /// Blobs go first: a row whose blob is not there yet would be a missing file to whoever starts too early. Each is read
    /// back and compared with what its row promises.
    /// </summary>
    /// <param name="blobs">Where the blobs go; null leaves them where they are.</param>
    /// <exception cref="IOException">A sentence that says why it can't be done; what is there is not changed then.</exception>
    public async Task<MoveFigures> RunAsync(IFileStore? blobs, CancellationToken cancellationToken = default)
    {
        var file = new DatabaseFile(_data.Database);
        if (!File.Exists(file.Path))
            throw new IOException($"There is no database to move in {_data.Root}.");
        _data.Lock();
        DatabaseIntegrity.Check(file, thoroughly: true);
        await using var source = SqliteContext.On($"{file.ConnectionString};Pooling=False");
        await UpgradeCopy.KeepAsync(source, file, _time, cancellationToken);
        await source.Dialect.FullText.MigrateAsync(source, _search.Value.Contents);

        await using var connection = await _connections.OpenLastingAsync(cancellationToken);
        await using var target = new PostgreSqlContext(new DbContextOptionsBuilder<PostgreSqlContext>().UseNpgsql(connection).Options);
        if (await target.Database.SqlQuery<int>(OthersThere).SingleAsync(cancellationToken) > 0)
            throw new IOException("A ChatFiles is running on the database of Database:ConnectionString; stop it first.");
        await target.Dialect.FullText.MigrateAsync(target, _search.Value.Contents);

        var (copied, missing) = blobs is null ? (0, 0) : await CopyBlobsAsync(source, new LocalFileStore(_data.Files), blobs, cancellationToken);
        var counts = await new RowCopy(source, target, connection).RunAsync(KeysIn(_data.Keys), cancellationToken);
        return new MoveFigures(
            counts.WasThere,
            counts.Rows[source.Model.FindEntityType(typeof(Person))!.GetTableName()!],
            counts.Rows[nameof(ChatDbContext.Chats)],
            counts.Rows[nameof(ChatDbContext.Messages)],
            counts.Rows[nameof(ChatDbContext.Attachments)],
            blobs is null ? null : copied,
            missing
        );
    }

    /// <summary>Of cookies and tokens: whoever is signed in stays so.</summary>
    private static List<(string Name, string Xml)> KeysIn(string folder) =>
        Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, "*.xml").Select(file => (Path.GetFileNameWithoutExtension(file), File.ReadAllText(file)))] : [];

    private static async Task<(int Copied, int Missing)> CopyBlobsAsync(SqliteContext db, LocalFileStore from, IFileStore to, CancellationToken cancellationToken)
    {
        var (copied, missing) = (0, 0);
        var options = new ParallelOptions { MaxDegreeOfParallelism = BlobsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(
            KnownBlobsAsync(db),
            options,
            async (blob, cancelled) =>
            {
                switch (await CopyBlobAsync(blob, from, to, cancelled))
                {
                    case true:
                        Interlocked.Increment(ref copied);
                        break;
                    case false:
                        Interlocked.Increment(ref missing);
                        break;
                }
            }
        );
        return (copied, missing);
    }

    /// <summary>What no row knows is left behind, for it was about to be swept.</summary>
    private static async IAsyncEnumerable<KnownBlob> KnownBlobsAsync(SqliteContext db)
    {
        await foreach (var file in db.Attachments.Where(a => a.BlobKey != null).Select(a => new { a.BlobKey, a.Size, a.Sha256, a.ThumbnailKey, a.ThumbnailSize, a.ThumbnailSha256 }).AsAsyncEnumerable())
        {
            yield return new KnownBlob(file.BlobKey!, file.Size, file.Sha256 ?? "");
            if (file.ThumbnailKey is not null)
                yield return new KnownBlob(file.ThumbnailKey, file.ThumbnailSize, file.ThumbnailSha256 ?? "");
        }

        await foreach (var picture in db.OwnPictures.AsNoTracking().AsAsyncEnumerable())
            yield return new KnownBlob(picture.BlobKey, picture.Size, picture.Sha256);
    }

    /// <returns>Null where it is there already; false where the source has not got it as its row says, which the server will tell its readers.</returns>
    private static async Task<bool?> CopyBlobAsync(KnownBlob blob, LocalFileStore from, IFileStore to, CancellationToken cancellationToken)
    {
        if (await HasAsync(to, blob, cancellationToken))
            return null;
        if (!await HasAsync(from, blob, cancellationToken))
            return false;
        // What is there under its key are not its bytes.
        await to.DeleteAsync(blob.Key, cancellationToken);
        await using (var content = await from.OpenAsync(blob.Key, cancellationToken) ?? throw new IOException($"The blob {blob.Key} went away while it was copied."))
            _ = (await to.WriteAsync(blob.Key, content.Content, cancellationToken)).Value;
        return await HasAsync(to, blob, cancellationToken) ? true : throw new IOException($"What arrived as {blob.Key} is not what was sent.");
    }

    private static async Task<bool> HasAsync(IFileStore store, KnownBlob blob, CancellationToken cancellationToken)
    {
        await using var there = await store.OpenAsync(blob.Key, cancellationToken);
        return there is not null && await there.HasBytesAsync(blob.Size, blob.Sha256, cancellationToken);
    }

    private sealed record KnownBlob(string Key, long Size, string Sha256);
}

/// <summary>What has been moved, or was found to be.</summary>
/// <param name="WasThere">The rows had been moved before; nothing was changed.</param>
/// <param name="BlobsCopied">Those that were not there yet, thumbnails and pictures of people among them; null where none were asked for.</param>
/// <param name="BlobsMissing">The source has them not, or not as their rows say.</param>
public sealed record MoveFigures(bool WasThere, long People, long Chats, long Messages, long Files, int? BlobsCopied, int BlobsMissing);
