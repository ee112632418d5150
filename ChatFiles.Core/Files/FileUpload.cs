using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ChatFiles.Core.Files.Reading;
using ChatFiles.Core.Files.Scanning;
using ChatFiles.Core.Model;
using Microsoft.Extensions.Logging;

namespace ChatFiles.Core.Files;

/// <summary>
/// One request's files on their way into the store. Unless they are kept, disposing it removes every blob again.
/// </summary>
internal sealed class FileUpload(
    IFileStore store,
    UploadPolicy policy,
    IBlobIntents intents,
    ClamAv scanner,
    TimeProvider time,
    ILogger logger,
    long chatId,
    UploadRoom? room
) : IAsyncDisposable
{
    /// <summary>A larger thumbnail is ignored.</summary>
    private const int MaxThumbnailBytes = 64 * 1024;

    private const int MaxParts = 100;

    /// <summary>The sender, who is waiting for the answer, waits no longer than this for the clearing away.</summary>
    private static readonly TimeSpan RemovalTimeout = TimeSpan.FromSeconds(1);

    private static readonly FileType[] ThumbnailTypes = [FileTypes.Default["webp"], FileTypes.Default["jpg"]];

    private static readonly Refusal NoFile = new(
        RefusalReason.NoFile,
        "There is no file in the form; send at least one part named “file”."
    );

    private readonly List<string> _keys = [];
    private readonly List<Attachment> _attachments = [];
    private (byte[] Bytes, string? Charset) _caption = ([], null);
    private string? _charset;

    /// <summary>Of this one the store has just said nothing: nobody waits for its asking once more.</summary>
    private string? _unanswered;

    private BlobEnd? _end;

    public IReadOnlyList<Attachment> Attachments => _attachments;

    public string Caption { get; private set; } = "";

    /// <summary>The message that the files are an answer to; null: none. What is no id is one that no message has.</summary>
    public long? ReplyTo { get; private set; }

    /// <returns>Why something in it can't be accepted; null when all of it was received.</returns>
    public async Task<Refusal?> ReceiveAsync(IAsyncEnumerable<UploadPart> parts, CancellationToken cancellationToken)
    {
        var count = 0;
        var mayHaveThumbnail = false;
        await foreach (var part in parts.WithCancellation(cancellationToken))
        {
            if (++count > MaxParts)
                return new Refusal(RefusalReason.InvalidForm, $"The form has more than {MaxParts} parts.");
            var refusal = part.Kind switch
            {
                UploadPartKind.File => BlameFile(await ReceiveFileAsync(part, cancellationToken)),
                UploadPartKind.Thumbnail when mayHaveThumbnail => await ReceiveThumbnailAsync(part, _attachments[^1], cancellationToken),
                UploadPartKind.Caption => await ReceiveCaptionAsync(part, cancellationToken),
                UploadPartKind.Charset => await ReceiveCharsetAsync(part, cancellationToken),
                UploadPartKind.ReplyTo => await ReceiveReplyToAsync(part, cancellationToken),
                _ => part.Refusal,
            };
            if (refusal is not null)
                return refusal;
            // Texts stand at any place, also between a file and its thumbnail.
            if (part.Kind is not (UploadPartKind.Caption or UploadPartKind.Charset or UploadPartKind.ReplyTo))
                mayHaveThumbnail = part.Kind == UploadPartKind.File;
        }

        return _attachments.Count == 0 ? NoFile : DecodeCaption();
    }

    /// <summary>Receives the bytes of a file that is missing; they must be the same as before.</summary>
    public async Task<Result<(string Key, string Stamp)>> ReceiveAgainAsync(
        Attachment missing,
        IAsyncEnumerable<UploadPart> parts,
        CancellationToken cancellationToken
    )
    {
        var differs = new Refusal(
            RefusalReason.ContentDiffers,
            $"This is not the file that was sent as “{missing.FileName}”; its bytes are others."
        );
        (string Key, string Stamp)? received = null;
        await foreach (var part in parts.WithCancellation(cancellationToken))
        {
            if (part.Refusal is not null)
                return part.Refusal;
            if (part.Kind != UploadPartKind.File)
                continue;
            if (received is not null)
                return new Refusal(RefusalReason.TooManyFiles, "One file is put back at a time.");
            var rules = new InspectionRules(policy, missing.FileName, FileType.OfAnyBytes(missing.ContentType), missing.Size, differs);
            await using var content = new InspectingStream(part.Content, rules);
            if (!(await StoreAsync(content, ScannedAs(part, missing.FileName), cancellationToken)).Succeeded(out var stored, out var refusal))
                return refusal;
            if (content.Sha256() != missing.Sha256)
                return differs;
            received = stored;
        }

        return received is { } whole ? whole : NoFile;
    }

    /// <summary>From now on the blobs belong to a committed message.</summary>
    public void Keep() => _end = BlobEnd.Kept;

    /// <summary>They may belong to one: nobody knows whether it was committed.</summary>
    public void Leave() => _end = BlobEnd.Unknown;

    public async ValueTask DisposeAsync()
    {
        using var timeout = new CancellationTokenSource(RemovalTimeout, time);
        foreach (var key in _keys)
            await intents.EndAsync(key, _end ?? (key == _unanswered ? BlobEnd.LeftOver : await RemoveAsync(key, timeout.Token)));
    }

    /// <summary>Says of a refusal which file it is about, so that the sender can send the others without it.</summary>
    private Refusal? BlameFile(Refusal? refusal) =>
        refusal is not null && IsAboutTheFile(refusal) ? refusal with { File = _attachments.Count } : refusal;

    /// <summary>That all files together are too large is nothing that one of them is to blame for.</summary>
    private bool IsAboutTheFile(Refusal refusal) =>
        refusal.File is not null
        || refusal.Reason
            is RefusalReason.InvalidFileName
                or RefusalReason.FileTypeNotAllowed
                or RefusalReason.EmptyFile
                or RefusalReason.FileTooLarge
                or RefusalReason.FileInfected
        && refusal != policy.RequestTooLarge();

    private async Task<Refusal?> ReceiveFileAsync(UploadPart part, CancellationToken cancellationToken)
    {
        if (_attachments.Count == Attachment.MaxPerMessage)
            return new Refusal(RefusalReason.TooManyFiles, $"A message takes at most {Attachment.MaxPerMessage} files.");
        if (!UploadPolicy.CleanName(part.FileName).Succeeded(out var fileName, out var refusal))
            return refusal;
        if (!policy.TypeOf(fileName).Succeeded(out var type, out refusal))
            return refusal;
        var rules = new InspectionRules(policy, fileName, type, policy.MaxFileBytes, policy.TooLarge(fileName), part.IsReserved ? null : room);

        await using var content = new InspectingStream(part.Content, rules);
        if (!(await StoreAsync(content, ScannedAs(part, fileName), cancellationToken)).Succeeded(out var stored, out refusal))
            return refusal;
        _attachments.Add(
            new Attachment
            {
                Id = Guid.CreateVersion7(time.GetUtcNow()),
                ChatId = chatId,
                Position = _attachments.Count,
                BlobKey = stored.Key,
                BlobStamp = stored.Stamp,
                FileName = fileName,
                FoldedName = SearchWords.Fold(fileName),
                Kind = content.Type.Kind,
                ContentType = content.Type.ContentType,
                Charset = content.Charset,
                Size = content.BytesRead,
                Sha256 = content.Sha256(),
                Width = content.Picture?.Width,
                Height = content.Picture?.Height,
                Picture = Pictures.MayBeMadeOf(content.Type.ContentType) ? PictureState.Wanted : PictureState.Settled,
            }
        );
        return null;
    }

    /// <summary>A thumbnail is a courtesy of the sender's browser: one that is no small WebP or JPEG is ignored.</summary>
    private async Task<Refusal?> ReceiveThumbnailAsync(UploadPart part, Attachment attachment, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(MaxThumbnailBytes + 1);
        try
        {
            if (!(await part.ReadAsync(buffer.AsMemory(0, MaxThumbnailBytes + 1), cancellationToken)).Succeeded(out var read, out var refusal))
                return refusal;
            var length = read.Length;
            var format = ThumbnailTypes.FirstOrDefault(type => type.Signatures[0].Match(buffer.AsSpan(0, length)) == Fit.Yes);
            if (format is null || length > MaxThumbnailBytes)
                return null;
            if (room is not null && await room.UseAsync(length, cancellationToken) is { } noRoom)
                return noRoom;
            using var bytes = new MemoryStream(buffer, 0, length, writable: false);
            if (!(await StoreAsync(bytes, ScannedAs(part, attachment.FileName), cancellationToken)).Succeeded(out var stored, out refusal))
                return refusal.Reason == RefusalReason.FileInfected ? refusal with { File = attachment.Position } : refusal;
            attachment.ThumbnailKey = stored.Key;
            if (Pictures.IsAllKnownOf(attachment))
                attachment.Picture = PictureState.Settled;
            attachment.ThumbnailType = format.ContentType;
            attachment.ThumbnailSize = length;
            attachment.ThumbnailSha256 = Convert.ToHexStringLower(SHA256.HashData(buffer.AsSpan(0, length)));
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<Refusal?> ReceiveCaptionAsync(UploadPart part, CancellationToken cancellationToken)
    {
        if ((await ReadTextAsync(part, cancellationToken)).Succeeded(out var bytes, out var refusal))
            _caption = (bytes, part.Charset);
        return refusal;
    }

    private async Task<Refusal?> ReceiveCharsetAsync(UploadPart part, CancellationToken cancellationToken)
    {
        if ((await ReadTextAsync(part, cancellationToken)).Succeeded(out var bytes, out var refusal))
            _charset = Encoding.ASCII.GetString(bytes).Trim();
        return refusal;
    }

    private async Task<Refusal?> ReceiveReplyToAsync(UploadPart part, CancellationToken cancellationToken)
    {
        if ((await ReadTextAsync(part, cancellationToken)).Succeeded(out var bytes, out var refusal))
            ReplyTo = long.TryParse(Encoding.ASCII.GetString(bytes).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;
        return refusal;
    }

    /// <summary>In the charset that its part says, else in that of the whole form (RFC 7578, 4.6), else in UTF-8.</summary>
    private Refusal? DecodeCaption()
    {
        var charset = _caption.Charset ?? _charset;
        var encoding = charset is null ? Charsets.Utf8 : Charsets.Find(charset);
        if (encoding is null)
            return new Refusal(RefusalReason.InvalidForm, "The caption is in a charset that is not known here; send it in UTF-8.");
        if (Charsets.Decode(encoding, _caption.Bytes) is not { } text)
            return new Refusal(
                RefusalReason.InvalidForm,
                $"The caption's bytes are not {(charset is null ? "UTF-8, and no other charset is named for them" : "in the charset that is named for them")}."
            );
        // HTML's form encoding writes every line end as CR LF; people wrote LF.
        Caption = text.ReplaceLineEndings("\n").Trim();
        return null;
    }

    private static async Task<Result<byte[]>> ReadTextAsync(UploadPart part, CancellationToken cancellationToken)
    {
        // White space around the caption is trimmed, so a little more than the longest caption is read.
        var buffer = new byte[UploadRoom.MaxFormOverhead];
        if (!(await part.ReadAsync(buffer, cancellationToken)).Succeeded(out var text, out var refusal))
            return refusal;
        return text.Length < buffer.Length
            ? text.ToArray()
            : new Refusal(RefusalReason.InvalidText, $"A caption has at most {Message.MaxTextLength:N0} characters.");
    }

    /// <summary>The name that the scanner's finding is told with; null for what is not scanned.</summary>
    private static string? ScannedAs(UploadPart part, string? fileName) => part.IsCopy ? null : fileName ?? "";

    private async Task<Result<(string Key, string Stamp)>> StoreAsync(Stream content, string? scannedAs, CancellationToken cancellationToken)
    {
        var key = BlobKey.New(time.GetUtcNow());
        await intents.BeginAsync(key, cancellationToken);
        _keys.Add(key);
        await using var scanned = scannedAs is null ? null : scanner.Begin(content, scannedAs);
        try
        {
            return (await store.WriteAsync(key, scanned ?? content, cancellationToken)).Succeeded(out var stamp, out var refusal) ? (key, stamp) : refusal;
        }
        catch (StoreUnavailableException)
        {
            _unanswered = key;
            throw;
        }
    }

    private async Task<BlobEnd> RemoveAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            await store.DeleteAsync(key, cancellationToken);
            return BlobEnd.Removed;
        }
        catch (Exception failure) when (failure is StoreUnavailableException or OperationCanceledException)
        {
            logger.LogWarning(failure, "The blob {BlobKey} of a failed upload could not be removed; the sweeper will", key);
            return BlobEnd.LeftOver;
        }
    }
}
