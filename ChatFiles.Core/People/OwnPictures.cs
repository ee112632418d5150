using System.Security.Cryptography;
using ChatFiles.Core.Data;
using ChatFiles.Core.Files;
using ChatFiles.Core.Files.Scanning;
using ChatFiles.Core.Model;
using Microsoft.EntityFrameworkCore;

namespace ChatFiles.Core.People;

/// <summary>
/// The pictures that people give themselves, for everybody who is signed in; those of who was shut out stay with what they
/// sent. The server draws none of them: it looks at their headers and copies the parts that it knows.
/// </summary>
public sealed class OwnPictures(
    IDbContextFactory<ChatDbContext> databases,
    DatabaseWriter writer,
    IFileStore store,
    IBlobIntents intents,
    UploadsUnderWay underWay,
    ClamAv scanner,
    TimeProvider time
)
{
    private static readonly FileType[] Types = [FileTypes.Default["webp"], FileTypes.Default["jpg"], FileTypes.Default["png"]];

    private static readonly Refusal TooLarge = new(RefusalReason.FileTooLarge, $"A picture of yourself has at most {OwnPicture.MaxBytes / 1024} KiB.");

    private static readonly Refusal TooWide = new(
        RefusalReason.FileTooLarge,
        $"A picture of yourself is at most {OwnPicture.MaxSide:N0} pixels wide and as many high."
    );

    private static readonly Refusal NoPicture = new(RefusalReason.NoPicture, "This person has no picture.");

    /// <summary>Gives the person this picture, in place of the one before; without what else the file said, as where it was taken.</summary>
    /// <param name="declaredBytes">How long the request says it is; null when it does not say.</param>
    public async Task<Result<Done>> PutAsync(string userId, long? declaredBytes, Stream content, CancellationToken cancellationToken = default)
    {
        if (declaredBytes > OwnPicture.MaxBytes)
            return TooLarge;
        if (!(await underWay.BeginAsync(userId)).Succeeded(out var place, out var refusal))
            return refusal;
        using var ending = place;
        if (!(await ReadAsync(content, cancellationToken)).Succeeded(out var sent, out refusal))
            return refusal;
        if (!Judge(sent).Succeeded(out var picture, out refusal) || (refusal = await ScanAsync(sent, cancellationToken)) is not null)
            return refusal;

        var key = BlobKey.New(time.GetUtcNow());
        await intents.BeginAsync(key, cancellationToken);
        BlobEnd? end = null;
        try
        {
            using var bytes = new MemoryStream(picture.Bytes, writable: false);
            if (!(await store.WriteAsync(key, bytes, cancellationToken)).Succeeded(out _, out refusal))
                return refusal;
            var kept = await writer.WriteAsync(db => CommitAsync(db, userId, key, picture), CancellationToken.None);
            if (kept.Refusal is null)
                end = BlobEnd.Kept;
            return kept;
        }
        catch (OutcomeUnknownException)
        {
            // It may be there, and then this is its blob.
            end = BlobEnd.Unknown;
            throw;
        }
        finally
        {
            await intents.EndAsync(key, end ?? await RemoveAsync(key));
        }
    }

    /// <summary>Takes the person's picture away; that there is none is no error. The bytes go by the queue.</summary>
    public Task<Result<Done>> DeleteAsync(string userId, CancellationToken cancellationToken = default) =>
        writer.WriteAsync<Result<Done>>(
            async db =>
            {
                if (await db.OwnPictures.SingleOrDefaultAsync(p => p.UserId == userId) is not { } picture)
                    return new Done();
                Discard(db, picture.BlobKey);
                db.OwnPictures.Remove(picture);
                await StampAsync(db, userId, stamp: null);
                await db.SaveChangesAsync(CancellationToken.None);
                return new Done();
            },
            cancellationToken
        );

    /// <summary>Opens somebody's picture.</summary>
    /// <param name="known">Hashes of what the caller has already: then nothing is opened, and there are no bytes.</param>
    public async Task<Result<OpenFile>> OpenAsync(string userId, IReadOnlyCollection<string>? known = null, CancellationToken cancellationToken = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (await db.OwnPictures.AsNoTracking().SingleOrDefaultAsync(p => p.UserId == userId, cancellationToken) is not { } picture)
            return await db.Users.AnyAsync(p => p.Id == userId, cancellationToken) ? NoPicture : PeopleService.NoSuchPerson;
        var name = $"picture.{picture.ContentType["image/".Length..]}";
        var path = AuthorView.PicturePathOf(userId);
        var view = new AttachmentView(Guid.Empty, path, name, picture.ContentType, picture.Size, picture.Sha256, AttachmentState.Ready, null, null, null);
        if (known?.Contains(picture.Sha256) == true)
            return new OpenFile(view, picture.ContentType, Charset: null, picture.Sha256, Stream.Null);
        // Small enough to be read and compared every time, as thumbnails are.
        return await store.ReadSmallAsync(picture.BlobKey, picture.Size, picture.Sha256, cancellationToken) is { } bytes
            ? new OpenFile(view, picture.ContentType, Charset: null, picture.Sha256, bytes)
            : NoPicture;
    }

    private static async Task<Result<byte[]>> ReadAsync(Stream content, CancellationToken cancellationToken)
    {
        var sent = new byte[OwnPicture.MaxBytes + 1];
        try
        {
            var length = await content.ReadAtLeastAsync(sent, sent.Length, throwOnEndOfStream: false, cancellationToken);
            return length switch
            {
                0 => new Refusal(RefusalReason.EmptyFile, "There are no bytes; a picture is expected."),
                > OwnPicture.MaxBytes => TooLarge,
                _ => sent[..length],
            };
        }
        catch (UploadRefusedException brokenOff)
        {
            return brokenOff.Refusal;
        }
    }

    private static Result<Picture> Judge(byte[] sent)
    {
        var type = Types.FirstOrDefault(t => t.Signatures.Any(s => s.Match(sent) == Fit.Yes));
        if (type is null)
            return new Refusal(RefusalReason.FileTypeNotAllowed, "A picture of yourself is a WebP, JPEG or PNG.");
        var header = PictureSize.ReaderFor(type)!;
        header.Read(sent);
        if (header.Size is not { } size || BarePicture.Of(type.ContentType, sent) is not { } bare)
            return new Refusal(RefusalReason.FileTypeNotAllowed, "This picture is damaged, or it moves; a whole one that stands still is expected.");
        return size is { Width: <= OwnPicture.MaxSide, Height: <= OwnPicture.MaxSide } ? new Picture(type.ContentType, bare) : TooWide;
    }

    /// <summary>As it was sent: what is kept is a part of it, and who sent it learns what was found.</summary>
    private async Task<Refusal?> ScanAsync(byte[] sent, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream(sent, writable: false);
        await using var scanned = scanner.Begin(bytes, "your picture");
        if (scanned is null)
            return null;
        try
        {
            await scanned.CopyToAsync(Stream.Null, cancellationToken);
            return null;
        }
        catch (UploadRefusedException found)
        {
            return found.Refusal;
        }
    }

    private async Task<Result<Done>> CommitAsync(ChatDbContext db, string userId, string key, Picture picture)
    {
        var kept = await db.OwnPictures.SingleOrDefaultAsync(p => p.UserId == userId);
        if (kept is null)
            db.OwnPictures.Add(kept = new OwnPicture { UserId = userId });
        else
            Discard(db, kept.BlobKey);
        (kept.BlobKey, kept.ContentType, kept.Size) = (key, picture.ContentType, picture.Bytes.Length);
        kept.Sha256 = Convert.ToHexStringLower(SHA256.HashData(picture.Bytes));
        if (!await StampAsync(db, userId, kept.Sha256[..16]))
            return PeopleService.NoSuchPerson;
        await db.TakeIntentAsync(key);
        await db.SaveChangesAsync(CancellationToken.None);
        return new Done();
    }

    /// <summary>As with a name: an account that somebody else is just saving must not bring the old one back.</summary>
    private static async Task<bool> StampAsync(ChatDbContext db, string userId, string? stamp)
    {
        if (await db.Users.SingleOrDefaultAsync(p => p.Id == userId) is not { } person)
            return false;
        (person.PictureStamp, person.ConcurrencyStamp) = (stamp, Guid.NewGuid().ToString());
        return true;
    }

    private void Discard(ChatDbContext db, string key)
    {
        db.Jobs.Add(new Job { Kind = JobKind.DeleteBlob, Subject = key, CreatedAt = time.GetUtcNow().UtcDateTime });
    }

    /// <summary>Nobody waits for it: what can't be removed now, the sweeper finds.</summary>
    private async Task<BlobEnd> RemoveAsync(string key)
    {
        try
        {
            await store.DeleteAsync(key, CancellationToken.None);
            return BlobEnd.Removed;
        }
        catch (StoreUnavailableException)
        {
            return BlobEnd.LeftOver;
        }
    }

    private sealed record Picture(string ContentType, byte[] Bytes);
}
